//! What the algorithms of steps 8 to 10 must say, and must not: what is one transaction, what a claim and a lock are,
//! which path keeps an aggregate, what refers to what.

use archlog::batch::Input;
use archlog::kb::Options;
use archlog::testing::Suites;

use crate::common::dossier::answered;
use crate::common::files;
use crate::told;

#[test]
fn what_designs_of_our_own_write_is_as_they_expect() {
    let options = Options { dossier: true, ..Options::default() };
    let inputs: Vec<_> = files("tests/dossier/writes", "dl").into_iter().map(Input::Path).collect();
    assert!(inputs.len() > 1);
    let suites = Suites::run(&options, &inputs, false, &archlog::eval::Options::default()).unwrap();
    let outcomes = suites.outcomes();
    let failures: Vec<String> = outcomes
        .iter()
        .filter(|outcome| !outcome.holds)
        .map(|outcome| format!("{}:{}: {}", outcome.file, outcome.line, outcome.text))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(outcomes.len() > 50, "only {} expectations were found", outcomes.len());
}

#[test]
fn an_event_counts_once_in_the_transaction_that_marks_it() {
    answered(
        "designs/leaderboard.dl",
        &[
            r#"dossier_algorithm("apply_score", 4, _, L), contains("VideoAggregate.increment(video_id, all_time_score", L)"#,
            r#"dossier_algorithm("apply_score", 4, _, L), contains("VideoAggregate_window.increment((video_id, bucket), window_score", L)"#,
            // Its mark is kept in another store than its aggregate: that is said, and asked.
            r#"dossier_algorithm("apply_score", 5, _, L), contains("in another store", L)"#,
            r#"dossier_two_stores("apply_score", "VideoAggregate", _, "IdempotencyRecord", _)"#,
            r#"!dossier_algorithm("apply_score", N, _, L), contains("VideoAggregate", L), N > 4"#,
            r#"dossier_algorithm("ingest_score", 9, _, L), contains("VideoAggregate follows by apply_score", L)"#,
            r#"!dossier_algorithm("ingest_score", _, _, L), contains("update(VideoAggregate)", L)"#,
            r#"dossier_key("VideoAggregate_window", "primary", 2, "bucket")"#,
            r#"dossier_key("VideoAggregate_window", "partition", 1, "video_id")"#,
            // An event is there before its aggregate, and does not wait for it.
            r#"!dossier_refers("ScoreEvent", _, _)"#,
        ],
    );
    answered(
        "designs/ride-dispatch.dl",
        &[
            r#"dossier_open(8, "ping_location", M), contains("how DriverMap follows", M)"#,
            r#"!dossier_refers("LocationPing", _, _)"#,
        ],
    );
    // A merge folds by its law, and no sum is put in its row.
    let sum = r#"!dossier_column("Document", _, "text", _, _)"#;
    answered("designs/shared-editor.dl", &[sum]);
}

#[test]
fn a_log_has_a_place_for_each_entry_and_nothing_refers_to_it() {
    answered(
        "designs/checkout-saga.dl",
        &[
            // Its log is there before what its steps create: it is kept by the key of the Saga and waits for no row.
            r#"dossier_key("SagaLog", "primary", 1, "checkout_id")"#,
            r#"dossier_key("SagaLog", "primary", 20, "sequence")"#,
            r#"!dossier_key("SagaLog", "primary", _, "order_id")"#,
            r#"!dossier_refers("SagaLog", _, _)"#,
            r#"dossier_partition_key("SagaLog", "checkout_id", _)"#,
            r#"!dossier_refers(_, _, "SagaLog")"#,
            r#"!dossier_refers("Payment", _, _)"#,
            r#"dossier_algorithm("place_order", 3, 4, "  // step 3: write StockReservation, in inventory")"#,
            r#"!dossier_saga_step("place_order", _, "SagaLog")"#,
            r#"dossier_algorithm("place_order", 4, 2, L), contains("SagaLog.append((checkout_id, cart_id, next sequence), step)", L)"#,
            // It is in the log that all is taken back, before anything is, and the step in doubt is taken back, too.
            r#"dossier_algorithm("place_order", 7, 2, L), contains("next sequence), COMPENSATING)", L)"#,
            r#"dossier_algorithm("place_order", 8, 1, L), contains("completed_steps + [step]", L)"#,
            r#"dossier_algorithm("place_order", 3, 900, L), contains("SagaLog.has(checkout_id, cart_id, COMPENSATING)", L)"#,
            r#"!dossier_open(8, "place_order", M), contains("where its steps are logged", M)"#,
            // What came of each step is in the service of the step.
            r#"dossier_step_table("place_order", "SagaStep_place_order_payments", "Payment")"#,
            r#"dossier_key("SagaStep_place_order_payments", "primary", 11, "cart_id")"#,
            r#"dossier_key("SagaStep_place_order_payments", "primary", 21, "direction")"#,
            r#"dossier_algorithm("place_order", 12, 1, L), contains("succeeded, ttl=24h", L)"#,
            r#"dossier_algorithm("place_order", 11, _, L), contains("payment.status = CAPTURED", L), contains("compensate", L)"#,
            r#"dossier_algorithm("cancel_order", 10, _, L), contains("not stored", L)"#,
        ],
    );
    answered("designs/url-shortener.dl", &[r#"!dossier_log_of(_, _)"#]);
}

#[test]
fn a_lock_comes_before_the_read_and_a_writer_beside_others_writes_on_a_condition() {
    answered(
        "designs/lockers.dl",
        &[
            r#"dossier_algorithm("assign_locker", 6, 1, L), contains("read_for_update(locker_number)", L)"#,
            r#"dossier_algorithm("assign_locker", 14, 1, "  Locker.update(locker_number, new_state)")"#,
            r#"!dossier_algorithm("assign_locker", _, _, L), contains("expected", L)"#,
            r#"dossier_algorithm("assign_locker", 10, _, L), contains("parcel_id may be tried with another locker_number", L)"#,
            r#"!dossier_algorithm("assign_locker", 10, _, L), contains("idempotency_store.set", L)"#,
            r#"dossier_message("assign_locker", 50, "service", "Locker", "lock and read Locker", _, _, _)"#,
        ],
    );
    answered(
        "designs/job-scheduler.dl",
        &[
            r#"dossier_algorithm("release_due", 5, 1, L), contains("JobRun.insert_if_absent((job_id, fire_time)", L)"#,
            r#"!dossier_algorithm("release_due", _, _, L), contains("none can race", L)"#,
            r#"dossier_open(8, "release_due", M), contains("claim_run writes it", M)"#,
            r#"dossier_algorithm("edit_job", 1, 2, L), contains("ScheduledJob.read(job_id)", L)"#,
        ],
    );
    answered("designs/mobile-rollout.dl", &[r#"!dossier_writes_beside(_, _)"#]);
}

#[test]
fn what_ends_a_claim_looks_whether_it_is_over() {
    answered(
        "designs/ticketing.dl",
        &[
            r#"dossier_algorithm("expire_holds", 8, 50, L), contains("current.hold_expires_at > server_time", L)"#,
            r#"dossier_claim_expires("Seat", "HELD", "free for the next claim")"#,
            // The guard asks for the token already.
            r#"!dossier_fenced_path("confirm_seat", _)"#,
        ],
    );
    let design = |more: &str| {
        format!(
            "design(\"d\", \"D\").\n\
             need(\"take\", 1, \"worker\", \"conditional write\", \"C1\", \"A worker takes a job\").\n\
             on(\"take\", \"Job\").\nobject(\"Job\", \"process\").\nscope(\"Job\", \"instance\", \"job_id\").\n\
             judgement(\"take\", \"exclusive_holder\", \"Yes\").\ncontext(\"Holder model\", \"worker\").\n\
             rule(\"due\", \"take\", \"eligibility\").\nslot(\"due\", \"action\", \"finish\").\n\
             slot(\"due\", \"predicate\", \"job.result is there\").\nslot(\"due\", \"scope\", \"job_id\").\n\
             rule(\"free\", \"take\", \"eligibility\").\nslot(\"free\", \"action\", \"take\").\n\
             slot(\"free\", \"predicate\", \"job.status = FREE\").\nslot(\"free\", \"scope\", \"job_id\").\n\
             transition(\"Job\", \"FREE\", \"TAKEN\", \"a worker takes it\").\n\
             transition(\"Job\", \"TAKEN\", \"DONE\", \"the worker is done\").\n\
             moves(\"take\", \"FREE\", \"TAKEN\").\n{more}"
        )
    };
    let stuck = r#"dossier_open(8, "Job", M), contains("a claim that expired leaves it TAKEN", M)"#;
    // An invariant whose action is no path is checked by nothing; it says so.
    let unchecked =
        r#"dossier_open(8, "due", M), contains("no line of the algorithm of take checks it", M)"#;
    told(&design(""), &[stuck, unchecked, r#"dossier_checked("free", "take", "its guard")"#]);
    let not_stuck = format!("!{stuck}");
    let back = "transition(\"Job\", \"TAKEN\", \"FREE\", \"the claim runs out\").\n";
    told(&design(back), &[not_stuck.as_str()]);
    // One that names a state of its object guards the transition to it.
    let done = design("").replace("\"finish\"", "\"DONE\"");
    told(
        &done,
        &[
            r#"dossier_lifecycle_line("Job", "TAKEN", "DONE", 1036, L), contains("job.result is there", L)"#,
            r#"!dossier_open(8, "due", _)"#,
        ],
    );
}

#[test]
fn events_under_the_id_of_something_that_lives_on_are_a_log_of_it() {
    let design = "design(\"t\", \"T\").\n\
         need(\"log\", 1, \"service\", \"append event\", \"C1\", \"A trip is logged\").\n\
         on(\"log\", \"TripEvent\").\nobject(\"TripEvent\", \"event\").\n\
         evolution(\"TripEvent\", \"append-only\").\nowner(\"TripEvent\", \"service\").\n\
         scope(\"TripEvent\", \"instance\", \"trip_id\").\nobject(\"Trip\", \"process\").\n\
         evolution(\"Trip\", \"state machine\").\nowner(\"Trip\", \"service\").\n\
         scope(\"Trip\", \"instance\", \"trip_id\").\n";
    told(
        design,
        &[
            r#"dossier_key("TripEvent", "primary", 2, "sequence")"#,
            r#"dossier_algorithm("log", 4, 1, L), contains("TripEvent.append((trip_id, next sequence)", L)"#,
            // The second event of a trip is no repeat of the first.
            r#"!dossier_algorithm("log", 2, _, L), contains("exists(trip_id)", L)"#,
            r#"dossier_open(8, "log", M), contains("no idempotency key", M)"#,
        ],
    );
}

#[test]
fn one_transaction_is_said_of_what_is_in_one_store_only() {
    answered(
        "designs/chat.dl",
        &[
            r#"dossier_two_stores("send_message", "Message", _, "Outbox", "OLTP store")"#,
            r#"!dossier_algorithm("send_message", N, _, L), contains("in the same transaction", L), N < 60"#,
            r#"!dossier_algorithm("send_message", _, _, L), contains("Atomic:", L)"#,
            r#"dossier_open(8, "send_message", M), contains("no transaction has both: Message", M)"#,
            r#"dossier_open(10, "send_message", M), contains("which one store keeps Message and Outbox", M)"#,
            r#"dossier_algorithm("mark_read", 22, 100, L), contains("in the same transaction", L)"#,
        ],
    );
    answered("designs/auction.dl", &[r#"!dossier_two_stores(_, _, _, _, _)"#]);
}

#[test]
fn a_repeat_that_comes_late_gets_the_outcome_of_the_first() {
    answered(
        "designs/ticketing.dl",
        &[
            r#"dossier_algorithm("confirm_seat", 10, 1, L), contains("result = idempotency_store.set_if_absent(", L)"#,
            r#"dossier_algorithm("confirm_seat", 22, 100, L), contains("or it rolls back", L)"#,
        ],
    );
    // Under a lock the key is read again.
    let again = r#"dossier_algorithm("assign_locker", 6, 3, L), contains("idempotency_store.get(parcel_id)", L)"#;
    answered("designs/lockers.dl", &[again]);
    // A refusal that is not stored looks for what a repeat stored since.
    let between = r#"dossier_algorithm("cancel_order", 9, 0, L), contains("idempotency_store.get(order_id)", L)"#;
    answered("designs/checkout-saga.dl", &[between]);
}

#[test]
fn each_who_is_told_has_a_record_of_the_delivery() {
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_key("NotificationRecord", "primary", 3, "recipient")"#,
            r#"dossier_algorithm("outbid_push", 2, 0, L), contains("for recipient in", L)"#,
            r#"dossier_algorithm("outbid_push", 2, 1, L), contains("exists(outbid_push, event_id, recipient): continue", L)"#,
            r#"dossier_algorithm("outbid_push", 11, 1, L), contains("recipient, DELIVERED", L)"#,
        ],
    );
}

#[test]
fn a_consumer_notes_what_it_had() {
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_key("ProcessedEvent", "primary", 1, "consumer")"#,
            r#"dossier_key("ProcessedEvent", "primary", 2, "event_id")"#,
            r#"dossier_key("ProcessedEvent", "partition", 1, "event_id")"#,
            r#"dossier_kept("ProcessedEvent", "rows", "OLTP store", "place_bid", "idempotent consumer")"#,
            r#"dossier_algorithm("place_bid", 60, 2, L), contains("ProcessedEvent.insert_if_absent(consumer, event_id)", L)"#,
        ],
    );
    answered("designs/key-value-cache.dl", &[r#"!dossier_table("ProcessedEvent", _, _)"#]);
}

#[test]
fn an_order_that_one_authority_gives_is_stored() {
    answered(
        "designs/chat.dl",
        &[
            r#"dossier_algorithm("send_message", 3, _, L), contains("sequence = next of conversation_id", L)"#,
            r#"dossier_column("Message", _, "sequence", "Integer", _)"#,
            r#"dossier_key("Message", "unique by sequence", 1, "conversation_id")"#,
            r#"dossier_key("Message", "unique by sequence", 20, "sequence")"#,
            r#"dossier_open(8, "send_message", M), contains("say arrival_policy(...)", M)"#,
        ],
    );
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_algorithm("place_bid", 22, 0, L), contains("sequence = next of auction_id", L)"#,
            r#"dossier_column("Bid", _, "sequence", "Integer", "nullable, acceptance order of what is accepted")"#,
        ],
    );
    // What has a column of its order already is not numbered besides.
    answered("designs/leaderboard.dl", &[r#"!dossier_numbered(_, _, _, _, _)"#]);
}
