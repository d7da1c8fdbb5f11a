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
            r#"dossier_key("SagaLog", "primary", 20, "entry")"#,
            r#"dossier_column("SagaLog", _, "payload", "JSON", "nullable, steps of BEGUN, the decision of DECIDED")"#,
            r#"!dossier_column("SagaLog", _, "sequence", _, _)"#,
            r#"!dossier_key("SagaLog", "primary", _, "order_id")"#,
            r#"!dossier_refers("SagaLog", _, _)"#,
            r#"dossier_partition_key("SagaLog", "checkout_id", _)"#,
            r#"!dossier_refers(_, _, "SagaLog")"#,
            r#"!dossier_refers("Payment", _, _)"#,
            r#"dossier_algorithm("place_order", 3, _, L), contains("  // step 3: write StockReservation, in inventory: created as HELD", L)"#,
            r#"!dossier_saga_step("place_order", _, "SagaLog")"#,
            // Its steps are noted before the first, and whoever goes on reads them there.
            r#"dossier_algorithm("place_order", 3, 900, L), contains("SagaLog.insert_if_absent((checkout_id, cart_id, BEGUN), steps)", L)"#,
            r#"dossier_algorithm("place_order", 3, 902, L), contains("function place_order_resume(checkout_id, cart_id):", L), contains("by a worker", L)"#,
            r#"dossier_algorithm("place_order", 2, 2, L), contains("BEGUN)): return place_order_resume(", L)"#,
            // One decision: what stands there first counts, and whoever comes second follows it.
            r#"dossier_algorithm("place_order", 12, 1, L), contains("insert_if_absent((checkout_id, cart_id, DECIDED), SUCCEEDED)", L)"#,
            r#"dossier_algorithm("place_order", 12, 2, L), contains("if decided = COMPENSATING: return place_order_undo(", L)"#,
            r#"dossier_message("place_order", 10010, "coordinator", "SagaLog", "decide SUCCEEDED, if nothing is decided", _, _, _)"#,
            // It is decided that all is taken back before anything is, and the step in doubt is taken back, too.
            r#"dossier_algorithm("place_order", 13, 2, L), contains("DECIDED), COMPENSATING) = SUCCEEDED: return saga_succeeded()", L)"#,
            r#"dossier_algorithm("place_order", 13, 5, "  for step in reversed(steps):")"#,
            r#"!dossier_algorithm("place_order", _, _, L), contains("completed_steps", L)"#,
            // What came of each step is in the service of the step.
            r#"dossier_step_table("place_order", "SagaStep_place_order_payments", "Payment")"#,
            r#"dossier_key("SagaStep_place_order_payments", "primary", 11, "cart_id")"#,
            r#"dossier_key("SagaStep_place_order_payments", "primary", 21, "direction")"#,
            r#"dossier_algorithm("place_order", 12, 3, L), contains("succeeded, ttl=24h", L)"#,
            r#"dossier_algorithm("place_order", 11, _, L), contains("payment.status = CAPTURED", L), contains("return place_order_undo(", L)"#,
            r#"dossier_algorithm("cancel_order", 10, _, L), contains("not stored", L)"#,
        ],
    );
    answered("designs/url-shortener.dl", &[r#"!dossier_log_of(_, _)"#]);
    // Without a key of the Saga its stated log is of nobody: it notes its decision in one of its own, and says so.
    let saga = std::fs::read_to_string("designs/checkout-saga.dl").unwrap();
    let keyless: String = saga
        .lines()
        .filter(|line| !line.contains("one_charge") && !line.contains("\"retry\", \"checkout_id\""))
        .map(|line| format!("{line}\n"))
        .collect();
    told(
        &keyless,
        &[
            r#"dossier_key("SagaLog_place_order", "primary", 1, "saga_id")"#,
            r#"dossier_open(8, "place_order", M), contains("what it writes to SagaLog", M)"#,
            r#"dossier_open(8, "place_order", M), contains("no idempotency key", M)"#,
        ],
    );
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
            // The guard asks for the token already, which the caller presents: an older one is refused, here and in step 14.
            r#"!dossier_fenced_path("confirm_seat", _)"#,
            r#"dossier_algorithm("confirm_seat", 1, _, L), contains("confirm_seat(payment_id, (event_id, seat_number), token, payload)", L)"#,
            r#"dossier_specified("confirm_seat", "Input", "payment_id, (event_id, seat_number), token, payload")"#,
            r#"dossier_failure("confirm_seat", "stale_holder", "Yes")"#,
            r#"dossier_failure_mechanism("confirm_seat", "stale_holder", "fencing token: hold_token")"#,
            r#"!dossier_argument("hold_seat", 11, _)"#,
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
            r#"dossier_algorithm("outbid_push", 2, 1, L), contains("insert_if_absent(outbid_push, event_id, recipient, payload, PENDING)", L)"#,
            // One worker has a record, and what arrived is not set back.
            r#"dossier_algorithm("outbid_push", 7, 2, L), contains("expected: PENDING and attempts = record.attempts", L)"#,
            r#"dossier_algorithm("outbid_push", 9, 1, L), contains("expected: PENDING, FAILED", L)"#,
            r#"dossier_algorithm("outbid_push", 2, 0, L), contains("the bidder of the bid that was the highest", L)"#,
            r#"dossier_algorithm("outbid_push", 11, 1, L), contains("recipient, DELIVERED", L)"#,
        ],
    );
    // Whom it reaches and when is asked where nobody says it.
    answered(
        "tests/dossier/delivery/auction.dl",
        &[
            r#"dossier_open(8, "outbid_push", M), contains("say recipients", M)"#,
            r#"dossier_open(1, "outbid_push", M), contains("say delivers_when", M)"#,
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
            // The view is a copy in another store: the event is noted when it was dropped.
            r#"dossier_algorithm("place_bid", 60, 2, L), contains("ProcessedEvent.exists(consumer, event_id)", L)"#,
            r#"dossier_algorithm("place_bid", 60, 11, L), contains("drop the entry of AuctionView", L)"#,
            r#"dossier_algorithm("place_bid", 60, 50, L), contains("ProcessedEvent.insert_if_absent(consumer, event_id)", L)"#,
            r#"!dossier_algorithm("place_bid", 60, N, L), contains("insert_if_absent", L), N < 50"#,
        ],
    );
    answered(
        "designs/shared-editor.dl",
        &[
            // This one is in the store of the mark: both are one transaction.
            r#"dossier_algorithm("rename", 60, 2, L), contains("ProcessedEvent.insert_if_absent(consumer, event_id)", L)"#,
            r#"dossier_algorithm("rename", 60, 11, L), contains("update DocumentList  // in the same transaction", L)"#,
        ],
    );
    answered(
        "designs/chat.dl",
        &[
            r#"dossier_open(8, "MessageIndex", M), contains("how it knows an event that it had", M)"#,
        ],
    );
    answered("designs/key-value-cache.dl", &[r#"!dossier_table("ProcessedEvent", _, _)"#]);
}

#[test]
fn what_is_changed_is_created_by_something_and_moved_by_somebody() {
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_open(2, "Auction", M), contains("which operation creates it: place_bid works on it", M)"#,
            r#"!dossier_open(2, "Bid", _)"#,
            // The bid that the guard asks for is the one that comes in: it is not read.
            r#"!dossier_guard_reads("place_bid", _, _, _)"#,
            r#"dossier_open(8, "Auction", M), contains("who drives OPEN to ENDED, and what checks \"end_time reached OR owner closes\"", M)"#,
            r#"dossier_lifecycle_line("Auction", "OPEN", "ENDED", 1, L), contains("by whom is open", L)"#,
            r#"dossier_algorithm("place_bid", 16, _, L), contains("expected: auction.status = OPEN AND server_time < auction.end_time", L)"#,
        ],
    );
    answered(
        "tests/dossier/open/tagging.dl",
        &[r#"dossier_open(8, "set_tag", M), contains("tells no two requests apart", M)"#],
    );
    // What is stated as created by something else is not asked, and a guard that names the state checks its condition.
    let design = |more: &str| {
        format!(
            "design(\"d\", \"D\").\n\
             need(\"buy\", 1, \"user\", \"conditional write\", \"C1\", \"A user buys a ticket\").\n\
             on(\"buy\", \"Ticket\").\nobject(\"Ticket\", \"process\").\nscope(\"Ticket\", \"instance\", \"ticket_id\").\n\
             rule(\"free\", \"buy\", \"eligibility\").\nslot(\"free\", \"action\", \"buy\").\n\
             slot(\"free\", \"predicate\", \"ticket.status = FREE\").\nslot(\"free\", \"scope\", \"ticket_id\").\n\
             transition(\"Ticket\", \"FREE\", \"SOLD\", \"a user buys it\").\n\
             transition(\"Ticket\", \"SOLD\", \"USED\", \"it was scanned\").\n\
             moves(\"buy\", \"FREE\", \"SOLD\").\n{more}"
        )
    };
    let nobody = r#"dossier_open(2, "Ticket", M), contains("which operation creates it", M)"#;
    let unchecked = r#"dossier_open(8, "Ticket", M), contains("and what checks", M)"#;
    let undriven = r#"dossier_open(8, "Ticket", M), contains("who drives SOLD to USED", M)"#;
    told(&design(""), &[nobody, unchecked, undriven]);
    let somebody = format!("!{nobody}");
    told(&design("exists_outside(\"Ticket\", \"the printer\").\n"), &[somebody.as_str()]);
    let checked = format!("!{unchecked}");
    let guard = "rule(\"scanned\", \"buy\", \"eligibility\").\nslot(\"scanned\", \"action\", \"USED\").\n\
         slot(\"scanned\", \"predicate\", \"ticket.scanned = TRUE\").\nslot(\"scanned\", \"scope\", \"ticket_id\").\n";
    told(&design(guard), &[checked.as_str(), undriven]);
}

#[test]
fn an_order_that_one_authority_gives_is_stored() {
    answered(
        "designs/chat.dl",
        &[
            r#"dossier_algorithm("send_message", 3, _, L), contains("sequence = Sequence_Message.increment(conversation_id)", L)"#,
            r#"dossier_column("Message", _, "sequence", "Integer", _)"#,
            r#"dossier_key("Message", "unique by sequence", 1, "conversation_id")"#,
            r#"dossier_key("Message", "unique by sequence", 20, "sequence")"#,
            r#"dossier_open(14, "send_message", M), contains("say arrival_policy(\"Message\", ...)", M)"#,
            r#"!dossier_open(8, "send_message", M), contains("arrival_policy", M)"#,
        ],
    );
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_algorithm("place_bid", 22, 0, L), contains("sequence = new_state.last_sequence", L)"#,
            r#"dossier_algorithm("place_bid", 22, _, L), contains("Bid.append(bid_id, sequence, payload, accepted)", L)"#,
            r#"dossier_algorithm("place_bid", 23, _, L), contains("outbox.append(auction_id, sequence, new_state)", L)"#,
            r#"dossier_column("Bid", _, "sequence", "Integer", "nullable, acceptance order of what is accepted")"#,
        ],
    );
    // What has a column of its order already is not numbered besides.
    answered("designs/leaderboard.dl", &[r#"!dossier_numbered(_, _, _, _, _)"#]);
}

#[test]
fn a_vote_is_decided_once_and_each_participant_asks_what_it_owns() {
    answered(
        "designs/trade-settlement.dl",
        &[
            r#"dossier_algorithm("settle_trade", 1, 1, "function settle_trade(trade_id, payload):")"#,
            r#"dossier_algorithm("settle_trade", 3, 900, L), contains("CommitLog_settle_trade.insert_if_absent((trade_id, BEGUN), payload)", L)"#,
            r#"dossier_algorithm("settle_trade", 5, 1, L), contains("insert_if_absent((trade_id, DECIDED), COMMITTED if each voted yes, else ABORTED)", L)"#,
            // What nobody prepared is marked, too: a question that comes late is refused.
            r#"dossier_algorithm("settle_trade", 7, _, L), contains("a prepare that comes later finds ABORTED", L)"#,
            r#"dossier_algorithm("settle_trade", 7, _, L), contains("if not (buyer.cash >= trade.amount): Promise_settle_trade_CashAccount", L)"#,
            r#"dossier_algorithm("settle_trade", 7, _, L), contains("if not (seller.shares >= trade.quantity): Promise_settle_trade_PositionAccount", L)"#,
            r#"dossier_checked("delivery_versus_payment", "settle_trade", "the votes of its participants")"#,
            r#"dossier_message("settle_trade", 80, "coordinator", "CommitLog_settle_trade", _, _, _, _)"#,
            // What it rests on has tables, which no TTL ends; the outcome is the decision.
            r#"dossier_key("CommitLog_settle_trade", "primary", 20, "entry")"#,
            r#"dossier_column("Promise_settle_trade_CashAccount", _, "state", "Enum(PREPARED, COMMITTED, ABORTED)", _)"#,
            r#"!dossier_column("CommitLog_settle_trade", _, "expires_at", _, _)"#,
            r#"!dossier_table("IdempotencyRecord", _, _)"#,
            r#"dossier_kept("CommitLog_settle_trade", "rows", "OLTP store", "settle_trade", "2PC")"#,
            r#"dossier_kept("Promise_settle_trade_PositionAccount", "rows", "OLTP store", "settle_trade", "2PC")"#,
            r#"dossier_dedup_box("settle_trade", "CommitLog_settle_trade")"#,
            // Both objects are said to be written, and not one of them under the mechanism.
            r#"dossier_specified("settle_trade", "Atomic update", "CashAccount, by its owner, with its promise in Promise_settle_trade_CashAccount")"#,
            r#"dossier_specified("settle_trade", "State read", "CommitLog_settle_trade by trade_id")"#,
            r#"!dossier_specified("settle_trade", "Atomic update", "PositionAccount under 2PC")"#,
        ],
    );
    // A part of the guard that names nothing of one participant is checked by none: that is said, and open.
    let trade = std::fs::read_to_string("designs/trade-settlement.dl").unwrap();
    let nowhere = trade.replace("\"cash\", \"Decimal\"", "\"balance\", \"Decimal\"");
    assert_ne!(trade, nowhere);
    told(
        &nowhere,
        &[
            r#"dossier_open(8, "delivery_versus_payment", M), contains("checks buyer.cash >= trade.amount", M)"#,
            r#"dossier_algorithm("settle_trade", 4, _, L), contains("no participant is said to check it", L)"#,
            r#"!dossier_checked("delivery_versus_payment", "settle_trade", _)"#,
            r#"dossier_open(8, "delivery_versus_payment", M), contains("no line of the algorithm", M)"#,
        ],
    );
    let own = trade.replace("buyer.cash", "cash_account.cash");
    told(
        &own,
        &[
            r#"dossier_conjunct_of("settle_trade", "CashAccount", _, "cash_account.cash >= trade.amount")"#,
        ],
    );
}

#[test]
fn a_number_comes_from_where_it_is_counted() {
    answered(
        "designs/chat.dl",
        &[
            r#"dossier_table("Sequence_Message", "", "sequence")"#,
            r#"dossier_key("Sequence_Message", "primary", 1, "conversation_id")"#,
            r#"dossier_key("Sequence_Message", "partition", 1, "conversation_id")"#,
            r#"dossier_column("Sequence_Message", _, "last", "Integer", _)"#,
            r#"dossier_kept("Sequence_Message", "rows", "OLTP store", "send_message", "sequence authority")"#,
            // The counter is in another store than what it numbers.
            r#"dossier_two_stores("send_message", "Message", _, "Sequence_Message", "OLTP store")"#,
            r#"dossier_message("send_message", 35, "service", "Sequence_Message", "take the next sequence of conversation_id", _, _, _)"#,
        ],
    );
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_algorithm("place_bid", 13, _, "  new_state.last_sequence = state.last_sequence + 1")"#,
            r#"dossier_column("Auction", _, "last_sequence", "Integer", _)"#,
            r#"!dossier_table("Sequence_Bid", _, _)"#,
        ],
    );
    // What a path gives out itself tells no repeat: a repeat would get the next one.
    told(
        "design(\"q\", \"Q\").\n\
         need(\"queue\", 1, \"user\", \"append event\", \"C1\", \"A reader queues for a title\").\n\
         on(\"queue\", \"Entry\").\nobject(\"Entry\", \"event\").\n\
         evolution(\"Entry\", \"append-only\").\nscope(\"Entry\", \"instance\", \"(title_id, position)\").\n\
         invariant(\"fair\", \"queue\", \"HARD\", \"ordering\", \"business\").\n\
         slot(\"fair\", \"instances\", \"entries\").\nslot(\"fair\", \"relation\", \"position\").\n\
         slot(\"fair\", \"scope\", \"title_id\").\n\
         invariant(\"once\", \"queue\", \"HARD\", \"uniqueness\", \"retry\").\n\
         slot(\"once\", \"key\", \"(title_id, position)\").\nslot(\"once\", \"outcome\", \"entry\").\n\
         slot(\"once\", \"scope\", \"title_id\").\n",
        &[
            r#"!dossier_checked("once", "queue", _)"#,
            r#"dossier_open(8, "queue", M), contains("has position in it", M)"#,
        ],
    );
    // What a partner reports was numbered there; a time is not given out.
    answered(
        "designs/trade-settlement.dl",
        &[
            r#"dossier_algorithm("record_execution", 3, _, L), contains("sequence = payload.sequence", L)"#,
        ],
    );
    answered(
        "designs/leaderboard.dl",
        &[
            r#"dossier_algorithm("ingest_score", 3, _, L), contains("timestamp = server_time", L)"#,
            r#"!dossier_message("ingest_score", _, _, _, "take the next timestamp of video_id", _, _, _)"#,
        ],
    );
}

#[test]
fn a_delivery_says_how_often_it_is_tried() {
    answered(
        "designs/chat.dl",
        &[
            r#"dossier_algorithm("deliver_live", 9, 1, L), contains("budget 5 (1 to 20), the framework's example", L)"#,
        ],
    );
    let chat = std::fs::read_to_string("designs/chat.dl").unwrap();
    told(
        &(chat + "parameter(\"deliver_live\", \"Retry budget\", \"8\", \"2\", \"12\").\n"),
        &[
            r#"dossier_delivery_budget("deliver_live", "8 (2 to 12)")"#,
            r#"!dossier_algorithm("deliver_live", 9, 1, L), contains("example", L)"#,
        ],
    );
}

#[test]
fn a_key_of_rows_keeps_unique_what_is_inserted() {
    // What it cancels was there before: the key of its row says nothing of how often it is cancelled.
    answered(
        "designs/checkout-saga.dl",
        &[
            r#"!dossier_checked("one_cancel", "cancel_order", "the key of its rows")"#,
            r#"dossier_checked("one_cancel", "cancel_order", "its key")"#,
        ],
    );
    answered(
        "designs/trade-settlement.dl",
        &[r#"dossier_checked("recorded_once", "record_execution", "the key of its rows")"#],
    );
}

#[test]
fn whoever_presents_the_number_of_a_claim_is_said_to() {
    answered(
        "tests/dossier/writes/library.dl",
        &[
            r#"dossier_lifecycle_line("Copy", "LENT", "SHELVED", _, L), contains("current.reader_id is not null and current.due_at > server_time", L)"#,
        ],
    );
    answered(
        "designs/ticketing.dl",
        &[
            r#"dossier_specified("confirm_seat", "Failure behavior", L), contains("hold_token, the fencing token: an older one is refused", L)"#,
            r#"!dossier_specified("confirm_seat", "Failure behavior", "stale holder acts later: not applicable")"#,
            r#"dossier_algorithm("expire_holds", 8, 50, L), contains("current.held_by is not null and current.hold_expires_at > server_time", L)"#,
        ],
    );
    // A guarded write that gives the seat back leaves neither a holder nor an end.
    let ticketing = std::fs::read_to_string("designs/ticketing.dl").unwrap();
    let back = "need(\"back\", 9, \"user\", \"state transition\", \"C1\", \"A buyer gives a seat back\").\n\
                on(\"back\", \"Seat\").\nrule(\"own\", \"back\", \"eligibility\").\n\
                slot(\"own\", \"action\", \"back\").\nslot(\"own\", \"predicate\", \"seat.status = HELD\").\n\
                slot(\"own\", \"scope\", \"(event_id, seat_number)\").\n\
                judgement(\"back\", \"valid_only_under_current_state\", \"Yes\").\n\
                path_context(\"back\", \"Holder model\", \"none\").\nmoves(\"back\", \"HELD\", \"FREE\").\n";
    told(
        &(ticketing + back),
        &[
            r#"dossier_algorithm("back", 17, 1, "    new_state = new_state with {held_by: null, hold_expires_at: null}")"#,
            r#"dossier_specified("back", "Failure behavior", L), contains("hold_token, the fencing token", L)"#,
        ],
    );
}
