//! Steps 11 to 20 of the dossier, read as a reviewer reads them: what one step says holds in the others.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::path::PathBuf;

use common::dossier::{answered, derived};
use common::{files, root, stem};

/// Goals that no design answers.
fn never(goals: &[&str]) {
    let own = PathBuf::from("tests/dossier/wallet.dl");
    let designs = files("designs", "dl").into_iter().chain(files("tests/dossier/delivery", "dl"));
    for path in designs.chain([root().join(own)]).filter(|path| stem(path) != "wrong") {
        let session = derived(&path);
        for goal in goals {
            let table = session.query(goal).unwrap_or_else(|error| panic!("{goal} {error:?}"));
            assert!(table.rows.is_empty(), "{}: {goal}\n{:?}", path.display(), table.rows);
        }
    }
}

#[test]
fn every_write_says_what_a_retry_a_rival_and_a_crash_do() {
    never(&[
        r#"dossier_mechanism(R, _), failure_row(M, _, _, _, _), !dossier_failure(R, M, _)"#,
        r#"path(R, _, "write path"), failure_row(M, _, _, _, _), !dossier_failure(R, M, _)"#,
        r#"dossier_failure(R, M, "Yes"), !dossier_failure_mechanism(R, M, _), !dossier_open(14, R, _)"#,
        r#"dossier_failure(R, M, "Yes"), !dossier_failure_mechanism(R, M, _),
           !dossier_checklist(14, _, _, "false")"#,
        // What is answered is not open.
        r#"dossier_failure_mechanism(R, M, _), failure_row(M, _, _, Q, _), W = cat("an answer to: ", Q),
           dossier_open(14, R, W)"#,
    ]);
    answered(
        "tests/dossier/wallet.dl",
        &[
            r#"dossier_failure_mechanism("freeze_wallet", "retry", W), contains("FROZEN", W)"#,
            r#"dossier_failure_mechanism("record_device", "crash_after_commit", W), contains("use_id", W)"#,
            r#"dossier_failure("freeze_wallet", "competing_writers", "Yes")"#,
            r#"dossier_failure("record_device", "competing_writers", "No")"#,
        ],
    );
    answered(
        "tests/dossier/open/mobile-rollout.dl",
        &[
            r#"dossier_open(14, "report_health", W), contains("retries", W)"#,
            r#"dossier_box_gap(14, 1, "report_health", _)"#,
        ],
    );
    answered(
        "designs/hotel-booking.dl",
        &[
            r#"dossier_failure_mechanism("book_room", "half_done", "compensation")"#,
            r#"dossier_failure_mechanism("book_room", "coordinator_crash", "saga state durability")"#,
            r#"dossier_runbook("book_room", "half_done", _, _, "Resolution", _, _)"#,
            r#"dossier_detects("book_room", "coordinator_crash", "Sagas under way")"#,
            r#"!dossier_failure("hold_room", "half_done", _)"#,
        ],
    );
}

#[test]
fn an_overwrite_that_lost_its_race_is_told_and_not_tried_again() {
    answered(
        "designs/job-scheduler.dl",
        &[
            r#"!dossier_algorithm("edit_job", 28, _, _)"#,
            r#"dossier_algorithm("edit_job", 30, 1, W), contains("return conflict(ScheduledJob.read(job_id))", W)"#,
            r#"dossier_open(8, "edit_job", W), contains("which version of ScheduledJob its caller saw", W)"#,
            r#"dossier_detects("edit_job", "competing_writers", "CAS success rate")"#,
            // A guard is checked again on a fresh read, so its retry stays.
            r#"dossier_algorithm("claim_run", 28, 1, W), contains("retry with fresh read", W)"#,
            // The permission was given for what is compared: one read.
            r#"N = count : { dossier_algorithm("edit_job", _, _, W), contains(" = ScheduledJob.read(", W) }, N = 1"#,
        ],
    );
    // What is reckoned from the state that was read may be reckoned again.
    answered(
        "tests/dossier/writes/ledger.dl",
        &[r#"dossier_replaces("set_budget", "Budget"), !dossier_replaces("close_month", _)"#],
    );
}

#[test]
fn the_end_of_a_claim_frees_a_row_only_where_something_says_so() {
    answered(
        "tests/dossier/open/job-scheduler.dl",
        &[
            r#"dossier_open(8, "JobRun", W), contains("what brings it back to where run.status = DUE", W)"#,
            r#"!dossier_message("claim_run", 320, _, _, _, _, "free for the next claim", _)"#,
            r#"!dossier_recovery("claim_run", "stale_holder", _)"#,
            r#"!dossier_runbook_of("claim_run", "stale_holder", "free claim")"#,
            // A row that was never claimed has a number, and a claim asks for a larger one.
            r#"dossier_begins("JobRun", "lease_claim_id", "0")"#,
            r#"dossier_algorithm("claim_run", 12, 2, W), contains("above=state.lease_claim_id", W)"#,
        ],
    );
    // A guard that asks for the time takes what is over as it is; so does one whose transitions are stated.
    answered("designs/hotel-booking.dl", &[r#"!dossier_stuck(_, _, _)"#]);
    answered("designs/ride-dispatch.dl", &[r#"!dossier_stuck(_, _, _)"#]);
}

#[test]
fn what_is_skipped_or_voted_on_expires_nowhere() {
    answered(
        "designs/trade-settlement.dl",
        &[
            // An event whose row is its record has no stored result and no store of outcomes.
            r#"dossier_failure_behavior("record_execution", "retry", W), contains("what the first try wrote stands", W)"#,
            r#"!dossier_runbook("record_execution", "retry", _, _, _, _, W), contains("expired", W)"#,
            r#"!dossier_runbook("record_execution", "crash_after_commit", _, _, _, _, W), contains("stored result", W)"#,
            // The log of a vote is not cleaned up by age.
            r#"!dossier_parameter("settle_trade", _, "Idempotency key TTL")"#,
            r#"!dossier_metric("settle_trade", _, "TTL expiry rate")"#,
            r#"!dossier_stage(_, _, "a cleanup job for expired keys of Settle trade")"#,
            r#"dossier_stage(2, _, W), contains("what has ENDED in CommitLog_settle_trade", W)"#,
            r#"dossier_cost("CommitLog_settle_trade", _, _, "Linear", _, _)"#,
            // A vote waits for no rival, and nobody for a vote for ever.
            r#"dossier_algorithm("settle_trade", 7, _, W), contains("if not try_lock(rows of CashAccount", W)"#,
            r#"dossier_parameter("settle_trade", "2PC", "Prepare timeout")"#,
            r#"dossier_open(16, "settle_trade", W), contains("Prepare timeout", W)"#,
            r#"dossier_specified("settle_trade", "State read", W), contains("CashAccount", W)"#,
        ],
    );
}

#[test]
fn an_event_without_a_key_has_no_store_of_marks() {
    answered(
        "tests/dossier/open/mobile-rollout.dl",
        &[
            r#"!dossier_algorithm("report_health", _, _, W), contains("dedup_store", W)"#,
            r#"!dossier_message("report_health", _, "dedup store", _, _, _, _, _)"#,
            r#"dossier_algorithm("report_health", 4, 1, W), contains("HealthReport.insert_if_absent((device_id, release_id), payload)", W)"#,
            r#"dossier_specified("report_health", "Input", "(device_id, release_id), payload")"#,
            r#"dossier_open(8, "report_health", W), contains("no idempotency key", W)"#,
        ],
    );
}

#[test]
fn a_row_that_is_created_by_the_key_of_its_repeats_is_its_own_record() {
    answered(
        "designs/job-scheduler.dl",
        &[
            r#"!dossier_outcomes("release_due", _, _)"#,
            r#"dossier_algorithm("release_due", 3, 1, W), contains("if prior = JobRun.read((job_id, fire_time)): return prior", W)"#,
            r#"!dossier_algorithm("release_due", 6, _, _)"#,
            r#"!dossier_checked("one_release", "release_due", "its key")"#,
            r#"dossier_checked("one_release", "release_due", "the key of its rows")"#,
            r#"!dossier_parameter("release_due", _, "Idempotency key TTL")"#,
            r#"!dossier_stage(_, _, "a cleanup job for expired keys of Release due run")"#,
            r#"dossier_outcomes("claim_run", _, _)"#,
        ],
    );
    // What the only writer changes is read before its guard asks for its state.
    answered(
        "designs/mobile-rollout.dl",
        &[
            r#"dossier_algorithm("advance_wave", 3, 20, W), contains("state = Rollout.read(release_id)", W)"#,
        ],
    );
}

#[test]
fn what_background_work_does_to_its_object_is_no_guess() {
    answered(
        "tests/dossier/open/key-value-cache.dl",
        &[
            r#"!dossier_algorithm("evict", _, _, W), contains("KeyEntry.write", W)"#,
            r#"dossier_algorithm("evict", 1, 1, "function evict(key):")"#,
            r#"dossier_open(8, "evict", W), contains("delete target", W)"#,
            r#"dossier_box_lack(8, 1, "evict", W), contains("delete target", W)"#,
            r#"dossier_component("evict", _, "background")"#,
            r#"!dossier_component("evict", _, "ingest")"#,
            r#"dossier_algorithm("put", 5, 1, W), contains("KeyEntry.write(key, payload)", W)"#,
        ],
    );
}

#[test]
fn the_id_of_an_appended_row_is_brought_given_out_or_open() {
    answered(
        "designs/url-shortener.dl",
        &[
            r#"dossier_open(8, "create_link", W), contains("what code is in what it appends to ShortLink", W)"#,
            r#"dossier_box_lack(8, 1, "create_link", W), contains("what code is in", W)"#,
            // A repeat is given another code, so the row that would tell it is in another partition.
            r#"dossier_aligned("create_link", "one_creation", "apart", _)"#,
            // What is unique in the whole is compared with rows of its own key alone.
            r#"dossier_aligned("create_link", "one_link", "aligned", _)"#,
            r#"dossier_algorithm("create_link", 4, _, W), contains("LinkTarget.insert_if_absent(code", W)"#,
            r#"!dossier_algorithm("create_link", _, _, W), contains("in the same transaction", W)"#,
            r#"dossier_specified("create_link", "State read", "ShortLink by request_id, user_id")"#,
        ],
    );
    answered(
        "designs/auction-bids.dl",
        &[r#"dossier_algorithm("place_bid", _, _, W), contains("bid_id = new UUID", W)"#],
    );
}

#[test]
fn a_rejected_attempt_is_recorded_where_a_column_tells_it() {
    answered(
        "designs/auction-bids.dl",
        &[
            r#"!dossier_algorithm("place_bid", _, _, W), contains("payload, rejected", W)"#,
            r#"!dossier_algorithm("place_bid", _, _, W), contains("payload, accepted", W)"#,
            r#"dossier_open(8, "place_bid", W), contains("whether a rejected Bid is recorded", W)"#,
            r#"!dossier_message("place_bid", 75, _, _, _, _, _, _)"#,
        ],
    );
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_records_attempts("place_bid", "Bid")"#,
            r#"dossier_algorithm("place_bid", 10, _, W), contains("payload, rejected", W)"#,
            r#"!dossier_open(8, "place_bid", W), contains("whether a rejected", W)"#,
            // A rejection ends the path once.
            r#"N = count : { dossier_message("place_bid", _, _, _, _, _, "rejected", _) }, N = 1"#,
        ],
    );
}

#[test]
fn what_tells_a_repeat_in_step_8_is_no_missing_key_in_step_6() {
    answered(
        "designs/ticketing.dl",
        &[
            r#"dossier_duplicate("expire_holds", "the state: FREE", _)"#,
            r#"dossier_failure_name("expire_holds", "retry", "Expire holds is run again")"#,
            r#"dossier_failure_name("hold_seat", "retry", "Client retries Hold seat")"#,
            r#"!dossier_mistake(6, "expire_holds", _)"#,
            r#"!dossier_box_gap(6, 4, "expire_holds", W), contains("Idempotency", W)"#,
            r#"dossier_runbook("expire_holds", "retry", _, _, "Diagnosis", _, W), contains("read what", W)"#,
        ],
    );
    never(&[
        r#"dossier_duplicate(R, _, _), dossier_box_gap(6, 4, R, W), contains("without Idempotency Key", W)"#,
        r#"dossier_duplicate(R, _, _), dossier_mistake(6, R, _)"#,
        // A runbook speaks of a store of outcomes only where there is one.
        r#"dossier_runbook(R, "retry", _, _, _, _, W), contains("idempotency store", W), !dossier_absorbs(R, _)"#,
    ]);
}

#[test]
fn a_hotspot_is_bound_only_where_its_path_and_key_are_said_else_it_is_open() {
    answered(
        "designs/checkout-saga.dl",
        &[
            r#"!dossier_heats("flash-sale sku", _)"#,
            r#"dossier_open(13, "flash-sale sku", W), contains("and others grow", W)"#,
            r#"dossier_box_lack(13, 2, "flash-sale sku", _)"#,
            r#"!dossier_strategy("flash-sale sku", _, _, W), contains("order_id", W)"#,
        ],
    );
    // One path alone grows in its way, and is partitioned by another key than a ticker.
    answered(
        "designs/trade-settlement.dl",
        &[
            r#"!dossier_heats("popular ticker at the open", _)"#,
            r#"dossier_open(13, "popular ticker at the open", W), contains("Record execution alone grows", W)"#,
            r#"!dossier_strategy("popular ticker at the open", _, _, W), contains("order_id", W)"#,
        ],
    );
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_heats("hot auction_id", "place_bid"), dossier_heat_key("hot auction_id", "place_bid", "auction_id")"#,
            r#"dossier_heat_key("viral read traffic", "view_highest_bid", "auction_id")"#,
            r#"!dossier_open(13, H, _), hotspot(H, _)"#,
        ],
    );
    never(&[
        r#"dossier_heats(H, R), !heats(H, R, _), !dossier_label_names(H, R, _), !contains(R, H)"#,
        r#"dossier_may_heat(H, _), !dossier_open(13, H, _)"#,
        r#"dossier_heats(H, R), !dossier_heat_key(H, R, _), !dossier_open(13, H, _)"#,
    ]);
}

#[test]
fn an_objective_in_words_is_neither_measured_nor_alerted_on() {
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_box_gap(18, 1, "view_highest_bid", W), contains("epsilon is no number", W)"#,
            r#"dossier_box_gap(18, 3, "view_highest_bid", W), contains("epsilon is none", W)"#,
            r#"!dossier_box_gap(18, 1, "place_bid", _)"#,
            r#"!dossier_box_gap(18, 3, "place_bid", _)"#,
        ],
    );
    never(&[
        r#"dossier_open(15, R, W), contains("cannot be measured", W), !dossier_checklist(18, _, _, "false")"#,
    ]);
}

#[test]
fn a_delivery_has_an_arrow_from_what_starts_it_or_is_open() {
    answered(
        "designs/auction.dl",
        &[r#"dossier_open(11, "outbid_push", W), contains("what starts it", W)"#],
    );
    answered(
        "tests/dossier/delivery/auction.dl",
        &[
            r#"dossier_event_flow("consumers", "Notification", "start Outbid push")"#,
            r#"!dossier_open(11, "outbid_push", _)"#,
        ],
    );
}

#[test]
fn a_cache_is_dropped_and_falls_through_to_its_source() {
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_event_flow("consumers", "AuctionView", "invalidate")"#,
            r#"dossier_message("view_highest_bid", _, "Auction", _, "invalidate", _, _, _)"#,
            r#"dossier_domain_answer("view_highest_bid", "cache-aside", _, W, _), contains("fall through", W)"#,
        ],
    );
    // Holding a seat publishes nothing, so that only the TTL ends a copy.
    answered(
        "designs/ticketing.dl",
        &[r#"!dossier_message("seat_map", _, _, _, "invalidate", _, _, _)"#],
    );
    never(&[
        r#"dossier_copied_by(R, V), dossier_domain_answer(R, V, _, W, _), contains("stale", W)"#,
        r#"dossier_copied_by(R, _), dossier_object_of(R, O), dossier_event_flow("consumers", O, "update")"#,
    ]);
}

#[test]
fn a_saga_says_what_undoes_each_step_or_it_is_open() {
    answered(
        "designs/checkout-saga.dl",
        &[
            r#"dossier_mechanism_failure("place_order", _, F, W), contains("double fault", F), contains("again", W)"#,
            r#"!dossier_open(14, "Payment", W), contains("what undoes", W)"#,
            r#"!dossier_open(14, "SagaLog", _)"#,
        ],
    );
    answered(
        "designs/hotel-booking.dl",
        &[
            r#"dossier_open(14, "Payment", W), contains("what undoes", W)"#,
            r#"dossier_box_question(14, 3, "Payment", _)"#,
        ],
    );
    never(&[r#"dossier_mechanism_failure(_, _, F, ""), contains("double fault", F)"#]);
}

#[test]
fn an_order_that_is_claimed_is_stored_and_has_a_policy_or_is_open() {
    answered(
        "designs/chat.dl",
        &[
            r#"dossier_open(14, "send_message", W), contains("arrival_policy", W)"#,
            r#"dossier_box_lack(14, 90, "send_message", W), contains("arrival_policy", W)"#,
        ],
    );
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_failure("place_bid", "out_of_order", "Yes")"#,
            r#"dossier_failure_mechanism("place_bid", "out_of_order", "sequence authority")"#,
        ],
    );
    never(&[
        r#"dossier_failure(R, "out_of_order", "Yes"), !dossier_policed(R), !dossier_part(R, "windowing", _),
           !dossier_checklist(14, 90, _, "false")"#,
        r#"dossier_part(R, _, V), dossier_term(V, "Sequence authority"), !dossier_stores_sequence(R),
           !dossier_box_gap(18, 2, R, _)"#,
    ]);
}

#[test]
fn at_a_bound_of_time_the_design_says_what_is_accepted() {
    answered(
        "designs/ticketing.dl",
        &[
            r#"dossier_failure_behavior("hold_seat", "deadline", W), contains("server_time > seat.hold_expires_at", W)"#,
            r#"dossier_failure_behavior("confirm_seat", "deadline", W), contains("server_time < seat.hold_expires_at", W)"#,
        ],
    );
    answered(
        "designs/hotel-booking.dl",
        &[r#"dossier_failure_behavior("book_room", "deadline", "server time is authoritative")"#],
    );
}

#[test]
fn a_state_that_others_lead_to_is_skipped_and_not_gone_back_to() {
    answered(
        "designs/ride-dispatch.dl",
        &[
            r#"dossier_forbidden("Driver", "available", "on_trip", "it would skip what lies between")"#,
        ],
    );
    answered(
        "designs/auction.dl",
        &[r#"dossier_forbidden("Auction", "OPEN", "CREATED", "no reversal")"#],
    );
    never(&[r#"dossier_forbidden(O, F, T, "no reversal"), dossier_leads_to(O, F, T)"#]);
}

#[test]
fn what_step_8_sends_has_an_arrow_in_step_11() {
    never(&[
        // Every end of an arrow is a box.
        r#"dossier_flow(F, _, _), !dossier_flow_box(F, _, _)"#,
        r#"dossier_flow(_, T, _), !dossier_flow_box(T, _, _)"#,
        // What a path writes, what absorbs its retries, what hands its events on, what it delivers.
        r#"dossier_also(R, O), dossier_service(_, O, _), !dossier_flow(_, O, "writes")"#,
        r#"dossier_home(_, R), dossier_outcomes(R, _, T), dossier_absorbs(R, _), !dossier_flow(_, T, _)"#,
        r#"dossier_relays(R, V), dossier_home(_, R), !dossier_flow(_, "consumers", _)"#,
        r#"dossier_delivers(R), dossier_object_of(R, O), !dossier_records_delivery(R), !dossier_flow(O, "receivers", _)"#,
        r#"dossier_delivers(R), dossier_delivery_record(R, O), !dossier_flow(O, "receivers", _)"#,
    ]);
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_flow("auction", "Bid", "writes")"#,
            r#"dossier_flow("auction", "outbox", "event of Place bid")"#,
            r#"dossier_flow("outbox", "consumers", "publishes")"#,
            r#"dossier_flow("consumers", "AuctionView", "invalidate")"#,
            r#"dossier_flow("system", "NotificationRecord", "Outbid push")"#,
        ],
    );
    answered(
        "designs/hotel-booking.dl",
        &[
            r#"dossier_flow("inventory", "payments", "step of Book room")"#,
            r#"!dossier_flow("user", "payments", _)"#,
        ],
    );
}

#[test]
fn a_retry_key_is_judged_by_the_table_that_keeps_it() {
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_aligned("place_bid", "I2", "in one store", W), contains("partition key of IdempotencyRecord", W)"#,
            r#"dossier_aligned("place_bid", "I2", _, W), contains("one transaction with Auction", W)"#,
            r#"dossier_box_question(11, 2, "I2", W), contains("one store", W)"#,
            r#"dossier_box_question(11, 2, "place_bid", W), contains("outbox", W)"#,
        ],
    );
    answered(
        "designs/hotel-booking.dl",
        &[
            r#"dossier_aligned("book_room", "one_booking", "aligned", W), !contains("one transaction", W)"#,
        ],
    );
    never(&[r#"dossier_partition(R, I, _, _), !dossier_aligned(R, I, _, _)"#]);
}

#[test]
fn a_partition_key_is_columns_or_open() {
    answered(
        "designs/ticketing.dl",
        &[
            r#"dossier_partitioned_by("SeatMap", "event_id")"#,
            r#"dossier_scale("seat_map", "Read-heavy", "event_id")"#,
        ],
    );
    answered(
        "designs/tagging.dl",
        &[
            r#"!dossier_partitioned_by("TagCounts", _)"#,
            r#"dossier_open(11, "TagCounts", W), contains("all tags", W)"#,
            r#"dossier_box_gap(11, 2, "TagCounts", _)"#,
        ],
    );
    never(&[
        r#"dossier_partitioned_by(O, K), contains("all ", K)"#,
        r#"dossier_partitioned_by(O, K), dossier_partitioned_by(O, L), K < L"#,
    ]);
}

#[test]
fn a_scale_type_says_what_shows_it() {
    never(&[
        r#"dossier_scale_type(R, T), !dossier_scale_from(R, T, _)"#,
        r#"dossier_scale_from(R, T, W), contains("assumed: ", W), !dossier_open(13, R, _)"#,
    ]);
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_scale_from("outbid_push", "Fan-out heavy", "assumed: async deliver")"#,
            r#"dossier_box_question(13, 1, "outbid_push", _)"#,
        ],
    );
    answered(
        "designs/shared-editor.dl",
        &[
            r#"dossier_scale_from(_, "Fan-out heavy", "hotspot: document of the all-hands meeting")"#,
        ],
    );
    answered(
        "designs/chat.dl",
        &[
            // A delivery fans out; a search asks several partitions, which is a read in each of them.
            r#"dossier_scale_type("deliver_live", "Fan-out heavy")"#,
            r#"dossier_scale_from("search_messages", "Read-heavy", W), contains("several partitions", W)"#,
        ],
    );
}

#[test]
fn a_write_that_compares_is_strong_and_one_that_records_loses_nothing() {
    answered(
        "tests/dossier/wallet.dl",
        &[
            r#"dossier_consistency("freeze_wallet", "Strong", "0")"#,
            r#"dossier_consistency("record_device", "At-least-once", "N/A")"#,
            r#"!dossier_box_gap(12, 2, _, _)"#,
        ],
    );
    never(&[r#"dossier_consistency(R, A, _), dossier_consistency(R, B, _), A < B"#]);
}

#[test]
fn an_objective_is_a_number_and_a_budget_has_every_call() {
    answered(
        "tests/dossier/wallet.dl",
        &[
            r#"dossier_slo("view_balance", "Freshness", _, "2s", _)"#,
            r#"dossier_open(15, "charge_trip", "a timeout for each call: step 8 makes 2 and 1 have one")"#,
            r#"dossier_box_lack(15, 4, "charge_trip", W), contains("1 have one", W)"#,
            r#"dossier_box_lack(15, 1, "freeze_wallet", _)"#,
        ],
    );
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_open(15, "view_highest_bid", W), contains("epsilon", W)"#,
            r#"dossier_box_lack(15, 3, "view_highest_bid", W), contains("epsilon", W)"#,
        ],
    );
    answered(
        "tests/dossier/delivery/auction.dl",
        &[
            r#"!dossier_open(15, "place_bid", _)"#,
            r#"dossier_range("place_bid", "idempotency store", "Call timeout", "30ms", "1ms", "99ms", "budget")"#,
        ],
    );
    never(&[
        r#"hard_invariant(R, I), path(R, _, _), W = cat("violations of ", I), !dossier_slo(R, _, W, "0", _)"#,
        r#"dossier_lags(R), !dossier_slo(R, "Freshness", _, _, _), !dossier_open(15, R, _)"#,
    ]);
}

#[test]
fn every_part_has_a_parameter_a_lever_or_an_open_item() {
    never(&[
        r#"dossier_component(R, V, _), !dossier_parameter(R, V, _), !dossier_lever(R, V, _),
           !dossier_limitless(V), !dossier_open(16, R, _)"#,
        r#"dossier_algorithm(R, _, _, T), contains("  // budget ", T), !dossier_parameter(R, _, "CAS retry limit")"#,
        r#"parameter(R, P, _, _, _), path(R, _, _), !dossier_parameter(R, _, P)"#,
        r#"dossier_parameter(R, V, P), !dossier_ranged(R, V, P), !dossier_open(16, R, _)"#,
        r#"dossier_parameter(R, V, P), !dossier_effect(P, _, _, _)"#,
    ]);
    answered(
        "designs/ticketing.dl",
        &[
            r#"dossier_range("hold_seat", "lease", "CAS retry limit", "3", "1", "10", _)"#,
            r#"dossier_range("hold_seat", "idempotency key", "Idempotency key TTL", "24h", "?", "?", "template")"#,
            r#"dossier_range("hold_seat", "idempotency key", "Key scope", "(event_id, seat_number)", _, _, _)"#,
        ],
    );
    answered(
        "designs/hotel-booking.dl",
        &[
            r#"dossier_parameter("book_room", "Saga", "Retry budget")"#,
            r#"dossier_open(16, "hold_room", W), contains("the parameters of heartbeat", W)"#,
            r#"dossier_box_question(16, 1, "hold_room", W), contains("heartbeat", W)"#,
        ],
    );
}

#[test]
fn a_runbook_speaks_of_what_the_path_has() {
    answered(
        "designs/ticketing.dl",
        &[
            r#"dossier_runbook("seat_map", "lag", _, _, "Diagnosis", _, W), contains("TTL and invalidation", W)"#,
            r#"!dossier_runbook("seat_map", "lag", _, _, _, _, W), contains("consumer", W)"#,
            r#"dossier_runbook("hold_seat", "competing_writers", _, _, "Trigger", _, "claim success rate leaves its usual range")"#,
        ],
    );
    never(&[
        r#"dossier_failure(R, M, "Yes"), !dossier_runbook(R, M, _, _, "Resolution", _, _)"#,
        r#"dossier_heats(H, R), effective(H, "Hotspot type", T, _), !dossier_runbook(R, T, _, _, "Resolution", _, _)"#,
        r#"dossier_metric(R, V, _), !dossier_part(R, _, V), !dossier_worker(R, V, _, _, _),
           !match("audit of .*", V)"#,
        r#"dossier_alert(R, V, _, P), !slo_type(V, _, _, _), !dossier_part(R, _, V), !dossier_worker(R, V, _, _, _)"#,
    ]);
}

#[test]
fn a_row_that_finds_its_own_repeat_has_no_outcomes_beside_it() {
    never(&[
        r#"dossier_own_record(R, _), dossier_outcomes(R, _, _)"#,
        r#"dossier_kept_with_its_row(R, V), dossier_parameter(R, V, "Idempotency key TTL")"#,
        r#"dossier_kept_with_its_row(R, V), dossier_metric(R, V, "TTL expiry rate")"#,
    ]);
    answered(
        "designs/shared-editor.dl",
        &[
            r#"dossier_own_record("edit_text", "Operation")"#,
            r#"dossier_algorithm("edit_text", _, _, T), contains("if Operation.exists(", T)"#,
        ],
    );
    answered("designs/chat.dl", &[r#"dossier_own_record("send_message", "Message")"#]);
}

#[test]
fn a_permission_has_a_boundary_and_is_known_from_somewhere() {
    answered(
        "designs/chat.dl",
        &[
            r#"dossier_dp_mechanism("Mark read authorization boundary", "Authorization boundary")"#,
            r#"dossier_open(4, "own_position", T), contains("where it is known from", T)"#,
        ],
    );
    answered(
        "designs/job-scheduler.dl",
        &[r#"dossier_closure("Edit job authorization boundary", "ScheduledJob", _)"#],
    );
}

#[test]
fn entries_of_a_log_are_read_where_they_lie_together() {
    answered(
        "designs/chat.dl",
        &[
            r#"dossier_read_key("view_history", "Message", "conversation_id partition key")"#,
            r#"dossier_dp_type("Send message mechanism", "Ordering")"#,
        ],
    );
}

#[test]
fn what_is_kept_grows_and_the_first_stage_has_the_stores_of_its_services() {
    never(&[
        r#"dossier_technology(R, V, _, _, _), !dossier_base(R, V), !dossier_storeless(V), !dossier_kept_with_its_row(R, V),
           !dossier_cost(R, V, _, _, _, _), !dossier_open(19, _, _)"#,
        r#"dossier_claim_store(O, S, _), dossier_stage_name(1, N), !contains(S, N)"#,
        r#"dossier_apart(_, _), dossier_stage_name(1, N), contains("Single service", N)"#,
    ]);
    answered(
        "designs/hotel-booking.dl",
        &[
            r#"dossier_stage_name(1, "One OLTP DB in each service, and one In-memory store for claims")"#,
            r#"dossier_stage(1, _, "in payments, one OLTP store holds Payment")"#,
            r#"dossier_stage(1, _, "In-memory store for the claims on RoomNight")"#,
        ],
    );
    answered(
        "designs/ride-dispatch.dl",
        &[
            r#"dossier_stage(3, _, "the records of LocationPing move to where step 10 has them: Append log / event stream or Wide-column / time-series store")"#,
        ],
    );
}

#[test]
fn a_picture_tells_what_its_algorithm_does_and_no_more() {
    let line = |text: &str| format!(r#"dossier_algorithm(R, _, _, L), contains("{text}", L)"#);
    let none = |text: &str| {
        format!(r#"0 = count : {{ dossier_algorithm(R, _, _, T), contains("{text}", T) }}"#)
    };
    let drawn = |store: &str| format!(r#"dossier_message(R, _, _, "{store}", _, _, _, _)"#);
    for (text, store) in [
        ("idempotency_store.", "idempotency store"),
        ("dedup_store.", "dedup store"),
        ("outbox.append(", "outbox"),
        ("lease_store.", "lease store"),
    ] {
        never(&[
            &format!("{}, !{}", line(text), drawn(store)),
            &format!("{}, {}", drawn(store), none(text)),
        ]);
    }
    never(&[
        // What it writes, what it asks, what it looks up, what it numbers.
        r#"dossier_algorithm(R, _, _, L), touches_primary(R, O), contains(cat(O, "."), L),
           !dossier_message(R, _, _, O, _, _, _, _)"#,
        r#"dossier_message(R, _, _, O, _, _, _, _), dossier_template(R, _, _), touches_primary(R, O),
           0 = count : { dossier_algorithm(R, _, _, T), contains(O, T) }"#,
        r#"dossier_name(R, "guard", G), dossier_algorithm(R, _, _, L), contains(G, L),
           0 = count : { dossier_message(R, _, _, _, _, W, _, _), contains(G, W) }"#,
        r#"dossier_permission(R, _, G), dossier_template(R, _, _),
           !dossier_message(R, _, _, "", "refuse", cat("not (", G, ")"), "forbidden", "yes")"#,
        r#"dossier_lookup(R, K), dossier_algorithm(R, _, _, L), contains(cat("idempotency_store.get(", K, ")"), L),
           !dossier_message(R, _, _, "idempotency store", cat("get ", K), _, _, _)"#,
        r#"dossier_algorithm(R, _, _, L), contains("sequence = Sequence_", L),
           0 = count : { dossier_message(R, _, _, _, M, _, _, _), contains("next sequence of", M) }"#,
        r#"dossier_template(R, _, _), !dossier_message(R, _, _, _, _, _, _, _)"#,
    ]);
    answered(
        "designs/checkout-saga.dl",
        &[
            r#"dossier_message("place_order", _, "coordinator", "idempotency store", "get checkout_id, cart_id", _, _, _)"#,
            r#"dossier_message("place_order", A, _, "SagaLog", "note BEGUN and the steps of checkout_id, cart_id", _, _, _),
               dossier_message("place_order", B, _, "Payment", "write Payment, known by (checkout_id, cart_id, 2, FORWARD)", _, _, _), A < B"#,
            r#"dossier_message("place_order", A, _, "Payment", _, "COMPENSATING is decided", _, "yes"),
               dossier_message("place_order", B, _, "Order", _, "COMPENSATING is decided", _, "yes"), A < B"#,
            r#"dossier_message("place_order", _, "coordinator", "outbox", _, _, _, _)"#,
        ],
    );
}

#[test]
fn an_open_item_keeps_its_own_box_from_being_true_and_no_other() {
    never(&[
        // Each is in a box, or in the line of what no box is about.
        r#"dossier_open(S, X, W), !dossier_box_lack(S, _, X, W), !dossier_box_question(S, _, X, W)"#,
        r#"dossier_box_lack(S, 90, X, W), open_box(S, _, P), match(P, W)"#,
        r#"dossier_box_lack(S, 90, X, W), dossier_box_gap(S, _, X, W)"#,
        r#"dossier_box_lack(S, 90, _, _), !dossier_checklist(S, 90, _, "false")"#,
        // Rows that match nothing any more would hide what they were for.
        r#"dossier_checklist(S, B, _, "false"), !dossier_box_lack(S, B, _, _)"#,
    ]);
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_checklist(11, 1, _, "true")"#,
            r#"dossier_box_lack(11, 90, "outbid_push", W), contains("what starts it", W)"#,
            r#"!dossier_box_lack(11, 1, "outbid_push", _)"#,
        ],
    );
}

#[test]
fn every_path_is_classified_once_and_has_its_objectives_or_open_items() {
    never(&[
        r#"path(R, _, _), !dossier_consistency(R, _, _), !dossier_box_gap(12, 1, R, _)"#,
        r#"dossier_consistency(R, A, _), dossier_consistency(R, B, _), A != B"#,
        r#"dossier_table(V, _, "projection"), 0 = count : { dossier_consistency(R, _, _), dossier_object_of(R, V) }"#,
        r#"dossier_timed_path(R), !objective(R, "Availability", _),
           0 = count : { dossier_open(15, R, W), contains("which share of its calls", W) }"#,
        r#"path(R, _, "background path"), !latency_target(R, _, _), !constraint("latency", _),
           0 = count : { dossier_open(15, R, W), match("how (late|long) it may .*", W) }"#,
    ]);
    // A critical write without a HARD invariant compares, and is strong, or records.
    answered(
        "tests/dossier/writes/food.dl",
        &[
            r#"dossier_consistency("hand_over", "Strong", "0")"#,
            r#"dossier_consistency("track", "At-least-once", "N/A")"#,
            r#"!dossier_open(12, "track", _)"#,
        ],
    );
    answered(
        "tests/dossier/delivery/pieces.dl",
        &[r#"dossier_open(12, "request_ride", W), contains("what it must keep", W)"#],
    );
}

#[test]
fn an_objective_is_measured_by_an_instrument_and_not_by_itself() {
    never(&[
        r#"dossier_measures(R, M, "Correctness", _), !dossier_metric(R, _, M)"#,
        r#"dossier_measures(R, _, "Availability", _), !dossier_metric(R, _, "error rate")"#,
        r#"dossier_alert(R, "Throughput", C, _), contains("Throughput <", C)"#,
    ]);
    answered(
        "designs/auction.dl",
        &[r#"dossier_metric("place_bid", "audit of Auction", "violations of I1")"#],
    );
}

#[test]
fn several_writers_are_settled_by_the_mechanism_or_all_stand() {
    never(&[
        r#"dossier_failure(R, M, "Yes"), !dossier_recovery(R, M, _),
           0 = count : { dossier_open(14, R, W), contains(M, W) }"#,
        r#"dossier_rival(R, _, "no", _, _), dossier_failure(R, "competing_writers", "Yes")"#,
        r#"dossier_rival(R, _, "no", _, _), dossier_incident(R, "competing_writers", _)"#,
        r#"dossier_rival(R, _, "yes", _, _), dossier_failure(R, "competing_writers", "Yes"),
           !dossier_recovery(R, "competing_writers", _)"#,
    ]);
    answered(
        "designs/shared-editor.dl",
        &[
            r#"dossier_failure("edit_text", "competing_writers", "No")"#,
            r#"dossier_failure_behavior("edit_text", "competing_writers", W), contains("merged", W)"#,
            r#"dossier_detects("edit_text", "cut_off", "replicas behind")"#,
        ],
    );
    answered(
        "designs/lockers.dl",
        &[
            r#"dossier_failure_behavior("assign_locker", "competing_writers", W), contains("timeout", W)"#,
        ],
    );
}

#[test]
fn no_strategy_breaks_a_hard_invariant_of_what_gets_hot() {
    never(&[r#"dossier_strategy(H, _, _, T), dossier_left_out(H, B, _, _), contains(B, T)"#]);
    answered(
        "designs/leaderboard.dl",
        &[
            r#"dossier_left_out("viral video_id", "Add random suffix to ", _, _)"#,
            r#"dossier_strategy("viral video_id", _, _, "Partition by video_id")"#,
        ],
    );
}

#[test]
fn what_frees_a_claim_that_is_over_is_watched_and_not_waited_for() {
    // The next claim takes a driver that is available, and none that is still dispatched.
    answered(
        "designs/ride-dispatch.dl",
        &[
            r#"dossier_swept("dispatch_driver", "Driver")"#,
            r#"!dossier_runbook("dispatch_driver", "stale_holder", _, _, _, _, W), contains("by itself", W)"#,
            r#"dossier_runbook("dispatch_driver", "stale_holder", _, _, "Immediate mitigation", _, W), contains("worker", W)"#,
            r#"dossier_parameter("dispatch_driver", _, "Schedule frequency")"#,
            r#"dossier_detects("dispatch_driver", "stale_holder", "age of the oldest claim that is over")"#,
        ],
    );
    // A seat whose hold is over may be held again as it is.
    answered("designs/ticketing.dl", &[r#"!dossier_swept("hold_seat", _)"#]);
}

#[test]
fn what_compares_server_time_has_a_row_for_the_bound() {
    never(&[
        r#"dossier_mutates(R), hard_invariant(R, I), slot(I, "predicate", P), contains("server_time", P),
               !conflicting_slot(I, "predicate"), !dossier_failure(R, "deadline", "Yes")"#,
    ]);
    // The end of a claim is such a comparison.
    answered(
        "designs/job-scheduler.dl",
        &[
            r#"dossier_failure_mechanism("claim_run", "deadline", W), contains("end of the claim", W)"#,
        ],
    );
}

#[test]
fn no_box_is_true_beside_its_own_mistake() {
    never(&[
        r#"dossier_mistake(M, _, _), dossier_denies(M, Step, Box), dossier_checklist(Step, Box, _, "true")"#,
        r#"dossier_mistake(M, _, _), dossier_denies(M, Step, Box), dossier_checklist(Step, Box, _, "not judged")"#,
        // A failure without an answer leaves a box of its step false, if only that nothing else is open.
        r#"dossier_mistake(14, _, _), !dossier_checklist(14, _, _, "false")"#,
    ]);
    answered(
        "designs/job-scheduler.dl",
        &[
            r#"dossier_box_gap(9, 3, "not_early", W), contains("partitioned by", W)"#,
            r#"dossier_checklist(9, 3, _, "false")"#,
        ],
    );
}

#[test]
fn a_view_that_is_gathered_is_kept_by_something_or_by_another_read() {
    never(&[
        r#"read_path(R, V), dossier_term(V, "Scatter-Gather"), !dossier_cost(R, V, _, _, _, _)"#,
        r#"dossier_gathered(R, View, V), !dossier_kept(View, _, _, _, _), !dossier_open(10, R, _)"#,
    ]);
    // Here a materialized view keeps it.
    answered(
        "designs/leaderboard.dl",
        &[
            r#"!dossier_gathered("compare_scopes", _, _)"#,
            r#"!dossier_cost("compare_scopes", _, "rows of TopKProjection", _, _, _)"#,
        ],
    );
}

#[test]
fn what_follows_an_event_twice_a_run_that_fails_and_a_second_row_are_told_as_what_they_are() {
    answered(
        "designs/checkout-saga.dl",
        &[
            // It is cancelled as the Saga would take it back, and its money and stock stay.
            r#"dossier_open(8, "cancel_order", W), contains("what becomes of Payment", W)"#,
            r#"dossier_open(8, "cancel_order", W), contains("what becomes of StockReservation", W)"#,
            r#"!dossier_open(8, "place_order", W), contains("what becomes of", W)"#,
            r#"dossier_closure("Place order mechanism", "Payment", W), contains("as its step leaves it", W)"#,
            // Consumers act on its events: there is no log that something could be computed from.
            r#"dossier_recovery("place_order", "duplicate_delivery", W), contains("take it back", W)"#,
            r#"!dossier_runbook("place_order", "duplicate_delivery", _, _, _, _, W), contains("compute", W)"#,
            // Each order has an id of its own: rivals meet at what a step writes.
            r#"!dossier_scale("place_order", _, "order_id")"#,
            r#"dossier_open(13, "place_order", W), contains("its rivals meet in another step", W)"#,
            r#"dossier_runbook("place_order", "competing_writers", _, _, "Diagnosis", _, W), contains("which step of Place order fails", W)"#,
        ],
    );
    answered(
        "designs/reviews.dl",
        &[
            r#"dossier_open(8, "post_review", W), contains("what a second Review of one (user_id, business_id) does", W)"#,
            r#"dossier_failure("rank_trending", "unfinished", "Yes")"#,
            r#"!dossier_failure("rank_trending", "undelivered", _)"#,
            r#"dossier_consistency("rank_trending", "Eventual", _)"#,
            r#"dossier_recovery("nearby", "lag", W), contains("rebuild it", W)"#,
            r#"dossier_recovery("post_review", "duplicate_delivery", "rebuild what follows: index all rows again")"#,
        ],
    );
    never(&[
        r#"dossier_failure(R, "undelivered", "Yes"), !effective(R, "Operation", "async deliver", _)"#,
        // Whoever delivers without being asked says when, or is asked.
        r#"dossier_template(R, 8, _), dossier_pushes(R), !delivers_when(R, _), !dossier_push_condition(R, _, _),
           !dossier_open(1, R, _)"#,
        // What is set is in a line of its algorithm.
        r#"dossier_sets(R, O, F, V), sets(R, O, F, V), T = cat(F, ": ", V),
           0 = count : { dossier_algorithm(R, _, _, L), contains(T, L) }"#,
        // What stores no outcome promises none.
        r#"dossier_repeats(R), dossier_algorithm(R, _, _, L), contains("idempotency_store", L)"#,
        r#"dossier_repeats(R), dossier_specified(R, _, T), contains("stored result", T)"#,
        r#"dossier_repeats(R), dossier_outcomes(R, _, _)"#,
    ]);
}

#[test]
fn a_worker_that_step_8_names_runs_somewhere_and_can_stop() {
    never(&[
        r#"dossier_algorithm(R, _, _, L), contains("by a worker for each in ", L), !dossier_worker(R, _, "resumer", _, _)"#,
        r#"dossier_swept(R, _), !dossier_worker(R, _, "sweeper", _, _)"#,
        r#"dossier_worker(R, V, _, _, _), !dossier_domain(R, V, _)"#,
        r#"dossier_worker(_, V, _, _, _), !dossier_flow_box(V, _, _)"#,
        r#"dossier_worker(R, _, _, _, _), !dossier_failure(R, "worker_stopped", "Yes")"#,
        r#"dossier_worker(R, V, _, _, _), !dossier_alert(R, V, _, "worker stopped")"#,
    ]);
    answered(
        "designs/ride-dispatch.dl",
        &[
            r#"dossier_event_flow("Driver", "worker that frees claims", _)"#,
            r#"dossier_event_flow("worker that frees claims", "ride-dispatch", _)"#,
            r#"dossier_runbook("dispatch_driver", "worker_stopped", _, _, "Resolution", _, _)"#,
        ],
    );
    answered(
        "designs/checkout-saga.dl",
        &[r#"dossier_event_flow("SagaLog", "worker that goes on", _)"#],
    );
    answered(
        "designs/ticketing.dl",
        &[
            r#"dossier_worker("expire_holds", "scheduler", "timer", "Seat", _)"#,
            r#"dossier_detects("expire_holds", "worker_stopped", "time since the last run")"#,
            r#"!dossier_flow_box("scheduler", _, "worker")"#,
        ],
    );
}

#[test]
fn what_a_step_says_of_a_claim_and_of_a_copy_is_so() {
    answered(
        "designs/ticketing.dl",
        &[
            // A claim is kept where the path that writes it writes; others do not touch it.
            r#"dossier_kept("SeatHold", "rows", "OLTP store", "hold_seat", _)"#,
            r#"!dossier_kept("SeatHold", _, _, "confirm_seat", _)"#,
            r#"!dossier_kept("SeatHold", _, _, "expire_holds", _)"#,
            // All seats of an event are one entry of the copy.
            r#"dossier_key("SeatMap", "primary", 1, "event_id")"#,
            r#"dossier_read_key("seat_map", "SeatMap", "event_id, the key of its entry")"#,
            r#"!dossier_open(9, "seat_map", _)"#,
        ],
    );
    answered(
        "designs/hotel-booking.dl",
        &[
            r#"dossier_open(9, "view_availability", W), contains("by hotel_id where Availability misses", W)"#,
            // A guard that asks for a number which nobody notes as that of the claim may ask for another one.
            r#"dossier_open(8, "book_room", W), contains("whether hold_token of RoomNight", W)"#,
            // No event waits for a relay where nothing is published.
            r#"dossier_failure_behavior("hold_room", "publish_failure", "HotelMap follows RoomNight, however late")"#,
            r#"!dossier_failure_behavior("hold_room", "publish_failure", "event eventually published")"#,
        ],
    );
}

#[test]
fn a_trace_goes_from_the_relay_to_what_takes_from_it() {
    answered(
        "designs/lockers.dl",
        &[
            r#"dossier_span_at("assign_locker", 4, "outbox")"#,
            r#"dossier_span_at("assign_locker", 5, "idempotent consumer")"#,
        ],
    );
    never(&[
        r#"dossier_span_at(R, N, "idempotent consumer"), dossier_span_at(R, M, V), dossier_relays(R, V), M > N"#,
    ]);
}

#[test]
fn a_number_that_comes_with_what_arrives_is_given_out_by_nobody_here() {
    answered(
        "designs/trade-settlement.dl",
        &[
            r#"!dossier_need("record_execution", "sequence authority", _, _)"#,
            r#"!dossier_cost("record_execution", "sequence authority", _, _, _, _)"#,
            r#"dossier_enforces("executions_ordered", "record_execution", "append log")"#,
            r#"dossier_failure_mechanism("record_execution", "out_of_order", W), contains("each brings", W)"#,
            r#"dossier_alert("record_execution", _, "gaps that do not close", _)"#,
            r#"!dossier_alert("record_execution", _, "gaps > 0", _)"#,
        ],
    );
    // A counter of its own keeps the last number.
    answered(
        "designs/chat.dl",
        &[r#"dossier_cost("send_message", "sequence authority", _, _, _, _)"#],
    );
    never(&[
        r#"dossier_alert(R, _, "gaps > 0", _), dossier_number_from(R, _, _), !dossier_number_counted(R, _)"#,
        r#"dossier_number_from(R, I, _), hard_invariant(R, I), critical_write(R), !dossier_enforces(I, R, _)"#,
    ]);
}

#[test]
fn a_hot_key_is_seen_by_what_its_mechanism_does_with_rivals() {
    answered(
        "designs/lockers.dl",
        &[
            r#"dossier_runbook("evening delivery", _, _, _, "Trigger", _, W), contains("lock wait time", W)"#,
            r#"!dossier_strategy("evening delivery", _, _, "CAS with retry budget")"#,
            r#"!dossier_way("assign_locker", _, _, "CAS with retry budget")"#,
        ],
    );
    answered(
        "designs/trade-settlement.dl",
        &[
            r#"dossier_way("settle_trade", _, 1, "?")"#,
            r#"dossier_open(13, "settle_trade", W), contains("what helps it to grow", W)"#,
            r#"!dossier_stage(_, _, W), contains("single-writer queue for the hot keys of Settle trade", W)"#,
            r#"dossier_detects("settle_trade", "competing_writers", "votes of no")"#,
            r#"!dossier_detects("settle_trade", "competing_writers", "participants in doubt")"#,
        ],
    );
    answered(
        "designs/auction-bids.dl",
        &[
            r#"dossier_runbook("place_bid", "contention hotspot", _, _, "Trigger", _, W), contains("retry rate", W)"#,
        ],
    );
    never(&[
        r#"dossier_runbook(R, _, _, _, _, _, W), contains("retry rate", W), dossier_base(R, _),
           !dossier_tries_again(R)"#,
        r#"dossier_scale_type(R, T), !dossier_way(R, T, 1, _)"#,
    ]);
}

#[test]
fn a_relay_gives_up_no_event_and_its_consumer_has_the_budget() {
    answered(
        "designs/lockers.dl",
        &[
            r#"dossier_parameter("assign_locker", "idempotent consumer", "Retry budget")"#,
            r#"dossier_alert("assign_locker", "idempotent consumer", "DLQ depth > 0", _)"#,
            r#"dossier_mechanism_failure("assign_locker", _, "lock not released on crash", W), contains("rolls back", W)"#,
            r#"!dossier_mechanism_failure("assign_locker", _, "lock not released on crash", "")"#,
            r#"!dossier_domain_answer("tell_resident", _, _, W, _), contains("stale", W)"#,
        ],
    );
    never(&[
        r#"dossier_relays(R, V), !dossier_takes_from_relay(R, V), dossier_parameter(R, V, "Retry budget")"#,
        r#"dossier_relays(R, V), !dossier_takes_from_relay(R, V), dossier_metric(R, V, "DLQ depth")"#,
    ]);
}

#[test]
fn the_end_of_a_claim_is_decided_by_its_store_and_by_no_predicate() {
    answered(
        "designs/job-scheduler.dl",
        &[
            r#"dossier_runbook("claim_run", "deadline", _, _, "Prevention", _, W), contains("store end the claims", W)"#,
            r#"!dossier_runbook("claim_run", "deadline", _, _, _, _, W), contains("predicate", W)"#,
            r#"!dossier_detects("claim_run", "deadline", "violations of due")"#,
            r#"dossier_detects("claim_run", "deadline", _)"#,
            r#"dossier_runbook("release_due", "deadline", _, _, "Prevention", _, W), contains("predicate", W)"#,
        ],
    );
}

#[test]
fn a_constraint_in_words_is_asked_of_the_design_and_of_no_path_that_it_does_not_name() {
    answered(
        "designs/key-value-cache.dl",
        &[
            r#"dossier_open(15, "put", W), contains("latency_target", W)"#,
            r#"!dossier_open(15, "put", W), contains("a read takes less", W)"#,
            r#"dossier_open(15, "key-value-cache", W), contains("a read takes less", W)"#,
            r#"dossier_open(10, "key-value-cache", W), contains("a read takes less", W)"#,
            r#"dossier_open(15, "evict", W), contains("latency_target", W)"#,
        ],
    );
    // A target of some paths is none of the others, of which the words may be said.
    answered(
        "tests/dossier/delivery/dispatch.dl",
        &[
            r#"latency_target("find_drivers", _, _), dossier_open(15, "ride-dispatch", W), contains("within one second", W)"#,
            r#"dossier_open(10, "ride-dispatch", W), contains("step 15 asks which path", W)"#,
        ],
    );
    // Where each has one, the words have their number.
    answered(
        "tests/dossier/writes/parcels.dl",
        &[
            r#"constraint("latency", _), !dossier_open(15, "parcel", _), !dossier_open(10, "parcel", _)"#,
        ],
    );
}

#[test]
fn what_expires_by_itself_has_an_end_that_somebody_sets_and_reads() {
    answered(
        "tests/dossier/open/key-value-cache.dl",
        &[
            r#"dossier_column("KeyEntry", _, "expires_at", "Timestamp", _)"#,
            r#"dossier_open(8, "put", W), contains("until when", W)"#,
            r#"dossier_open(8, "get", W), contains("whether it shows", W)"#,
            r#"dossier_parameter("put", _, "TTL")"#,
            r#"dossier_lever("put", _, "lazy vs eager expiry")"#,
            r#"dossier_failure("get", "deadline", "Yes")"#,
            r#"dossier_detects("get", "deadline", _)"#,
        ],
    );
    // The end of a claim is that of the claim.
    answered("designs/ticketing.dl", &[r#"!dossier_expires(_, _)"#]);
    answered("designs/hotel-booking.dl", &[r#"!dossier_expires(_, _)"#]);
}

#[test]
fn what_has_to_be_evaluated_later_is_read_by_what_evaluates_it() {
    answered(
        "tests/dossier/open/job-scheduler.dl",
        &[
            r#"dossier_open(8, "ScheduledJob", W), contains("trigger engine", W)"#,
            r#"dossier_open(9, "ScheduledJob", W), contains("what is due", W)"#,
        ],
    );
    answered(
        "tests/dossier/delivery/pieces.dl",
        &[
            r#"dossier_evaluated("AlertSubscription")"#,
            r#"!dossier_open(8, "AlertSubscription", W), contains("trigger engine", W)"#,
        ],
    );
}

#[test]
fn a_check_of_a_permission_rests_on_no_store_of_outcomes() {
    never(&[
        r#"dossier_dp(D, "Access-control", R, _), dossier_dp(G, "Uniqueness / idempotency", R, _),
               dossier_depends(D, G)"#,
    ]);
}

#[test]
fn what_works_in_the_background_takes_in_no_events_and_says_what_it_does() {
    answered(
        "tests/dossier/open/key-value-cache.dl",
        &[
            r#"dossier_component("evict", _, "background")"#,
            r#"!dossier_component("evict", _, "ingest")"#,
            r#"!dossier_algorithm("evict", _, _, W), contains(".write(", W)"#,
            r#"dossier_open(8, "evict", W), contains("delete target", W)"#,
            r#"dossier_algorithm("put", _, _, W), contains(".write(", W)"#,
        ],
    );
}

#[test]
fn what_comes_from_nowhere_is_asked_for() {
    answered(
        "designs/leaderboard.dl",
        &[
            // A part of a scope that no argument and no event has; a time that may be that of the stream.
            r#"dossier_open(8, "apply_score", W), contains("where bucket in window is from", W)"#,
            r#"!dossier_open(8, "apply_score", W), contains("where video_id", W)"#,
            r#"dossier_open(8, "ingest_score", W), contains("whose time timestamp is", W)"#,
        ],
    );
    // The type of a key that no field has.
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_open(9, "Bid", W), contains("the type of request_id", W)"#,
            r#"!dossier_open(9, "Bid", W), contains("the type of auction_id", W)"#,
        ],
    );
}

#[test]
fn a_move_is_of_the_object_that_has_it_and_an_event_is_compared_where_others_write() {
    never(&[
        // Who ends in states from which no way leads back does it once.
        r#"dossier_moves_some(R), !dossier_again(R), dossier_open(8, R, W), contains("a later change", W)"#,
        // Who goes from one state to one of several says which, or is asked.
        r#"dossier_which_state(R, _, _), !dossier_open(8, R, _)"#,
    ]);
    answered(
        "tests/dossier/writes/tools.dl",
        &[
            // What a path is said to move besides is neither refused nor asked for again.
            r#"!dossier_moves_besides(R, O, From, To), dossier_open(8, O, W),
               contains(cat(From, " to ", To, ": no path"), W)"#,
            r#"!dossier_moves_besides(R, _, From, To), dossier_open(8, R, W), contains("no stated transition", W)"#,
            // A key of the rows in one state is no key of all rows.
            r#"!dossier_outcome_names(I, O, _), dossier_key(O, K, _, _), K = cat("unique by ", I)"#,
            r#"!dossier_event_compares(R, _), dossier_algorithm(R, _, _, W), contains(".update(", W)"#,
            r#"dossier_event_compares("pull", "Tool")"#,
        ],
    );
    answered(
        "tests/dossier/writes/clinic.dl",
        &[
            // A slot is one for ever: its outcome is the slot and names no state.
            r#"dossier_key("Slot", "unique by no_double_slot", 1, "doctor_id")"#,
            r#"!dossier_open(9, "Slot", W), contains("unique for ever", W)"#,
        ],
    );
    answered(
        "tests/dossier/delivery/dispatch.dl",
        &[r#"!dossier_uncalled(_, _)"#, r#"!dossier_which_state(_, _, _)"#],
    );
}

#[test]
fn the_guard_of_a_saga_is_asked_part_by_part() {
    answered(
        "designs/hotel-booking.dl",
        &[
            // What is about the row that a step writes is asked by the step, with what came in.
            r#"dossier_algorithm("book_room", 3, _, L), contains("it fails unless room_night.hold_token = token:", L)"#,
            r#"dossier_algorithm("book_room", 5, _, L), contains("FORWARD), step, token)", L)"#,
            // What is about the outcome of another step is asked when that is done.
            r#"dossier_algorithm("book_room", 11, _, L), contains("if not (payment.status = CAPTURED): return", L)"#,
            r#"!dossier_algorithm("book_room", 2, _, L), contains("hold_token", L)"#,
            r#"dossier_open(8, "book_room", W), contains("which step comes first", W)"#,
            r#"dossier_open(14, "book_room", W), contains("whether a holder that holds no more", W)"#,
        ],
    );
    // A Saga that creates what it is about may wait in its first state.
    answered(
        "designs/checkout-saga.dl",
        &[
            r#"dossier_algorithm("place_order", 11, _, L), contains("payment.status = CAPTURED AND stock_reservation.status = HELD", L)"#,
            r#"!dossier_open(8, "place_order", W), contains("which step comes first", W)"#,
        ],
    );
    never(&[
        r#"dossier_message(R, S, "coordinator", "", "refuse", C, _, _), dossier_saga_asks(R, _, W, G), W != "first", contains(G, C)"#,
    ]);
}

#[test]
fn what_a_claim_does_not_change_is_open() {
    answered(
        "designs/hotel-booking.dl",
        &[
            r#"dossier_open(8, "hold_room", W), contains("who sets hold_expires_at of RoomNight", W)"#,
            r#"dossier_open(8, "hold_room", W), contains("what status of RoomNight becomes", W)"#,
            r#"dossier_open(8, "hold_room", W), contains("what becomes of RoomHold", W)"#,
            r#"dossier_box_lack(8, 1, "hold_room", W), contains("who sets", W)"#,
            // Somebody else writes the row without a claim, so a version tells.
            r#"dossier_versioned("RoomNight", _)"#,
            r#"dossier_algorithm("hold_room", 16, _, L), contains("expected_version = state.version", L)"#,
        ],
    );
    // The claim's own fields are set by it, and a state by its transitions.
    answered("designs/ticketing.dl", &["!dossier_unset(_, _, _, _)"]);
    answered(
        "designs/ride-dispatch.dl",
        &[
            "!dossier_unset(_, _, _, _)",
            r#"dossier_open(8, "dispatch_driver", W), contains("where it keeps trip_id", W)"#,
            r#"dossier_algorithm("dispatch_driver", 23, _, L), contains("{claim_id: claim.claim_id}", L)"#,
        ],
    );
}

#[test]
fn how_long_a_claim_lasts_does_not_bound_who_may_claim() {
    answered(
        "designs/ride-dispatch.dl",
        &[
            r#"!dossier_bounded_by("dispatch_driver", "deadline", _)"#,
            r#"!dossier_failure_mechanism("dispatch_driver", "deadline", "server-side time check in the predicate")"#,
            r#"dossier_failure_mechanism("dispatch_driver", "deadline", "the end of the claim, by the clock of its store")"#,
            r#"dossier_lifecycle_line("Driver", "dispatched", "on_trip", _, L), contains("not lease_store.holds(driver_id, claim_id)", L)"#,
        ],
    );
    // Where the guard asks for the end of an older claim, it does.
    answered(
        "designs/ticketing.dl",
        &[r#"dossier_bounded_by("hold_seat", "deadline", W), contains("hold_expires_at", W)"#],
    );
}

#[test]
fn an_event_names_the_scope_within_which_its_key_is_unique() {
    answered(
        "designs/chat.dl",
        &[
            r#"dossier_algorithm("send_message", _, _, W), contains("outbox.append((client_message_id, conversation_id), sequence", W)"#,
        ],
    );
    answered(
        "designs/hotel-booking.dl",
        &[
            r#"dossier_algorithm("book_room", _, _, W), contains("outbox.append((booking_id, (room_id, night)), steps)", W)"#,
        ],
    );
}

#[test]
fn a_row_that_is_appended_is_found_in_its_partition() {
    answered(
        "designs/shared-editor.dl",
        &[
            r#"dossier_algorithm("edit_text", _, _, W), contains("Operation.exists((replica_id, sequence), document_id)", W)"#,
            r#"dossier_algorithm("edit_text", _, _, W), contains("insert_if_absent((replica_id, sequence), document_id, operation)", W)"#,
            r#"!dossier_nowhere("edit_text", _, _)"#,
        ],
    );
    // A stated field comes with the payload.
    answered(
        "designs/leaderboard.dl",
        &[
            r#"dossier_algorithm("ingest_score", _, _, W), contains("ScoreEvent.exists(event_id, payload.video_id)", W)"#,
            r#"!dossier_nowhere("ingest_score", _, _)"#,
        ],
    );
    // Where nothing has it, it is open.
    answered(
        "designs/ride-dispatch.dl",
        &[
            r#"dossier_open(8, "ping_location", W), contains("where driver_id in LocationPing is from", W)"#,
            r#"dossier_checklist(8, 1, _, "false")"#,
        ],
    );
    never(&[r#"dossier_nowhere(R, _, _), !dossier_box_lack(8, 1, R, _)"#]);
}

#[test]
fn a_repeat_gets_the_row_that_took_a_number_and_else_is_skipped() {
    answered(
        "designs/chat.dl",
        &[
            r#"dossier_algorithm("send_message", _, _, W), contains("if prior = Message.read(client_message_id, conversation_id)", W)"#,
            r#"!dossier_algorithm("send_message", 2, _, W), contains("already_processed", W)"#,
            r#"dossier_duplicate("send_message", "client_message_id", W), contains("sequence", W)"#,
            r#"dossier_failure_behavior("send_message", "crash_after_commit", W), contains("gets the stored result", W)"#,
            r#"dossier_runbook("send_message", "crash_after_commit", _, _, _, _, W), contains("finds its row", W)"#,
        ],
    );
    answered(
        "designs/shared-editor.dl",
        &[
            r#"dossier_duplicate("edit_text", _, "Skip if already merged")"#,
            r#"!dossier_duplicate("edit_text", _, W), contains("Return", W)"#,
            r#"dossier_failure_behavior("edit_text", "retry", W), contains("ignored", W)"#,
            r#"!dossier_runbook("edit_text", _, _, _, _, _, W), contains("stored result", W)"#,
        ],
    );
    answered(
        "designs/ride-dispatch.dl",
        &[
            r#"dossier_failure_behavior("ping_location", "retry", W), contains("ignored", W)"#,
            r#"!dossier_failure_behavior("ping_location", "crash_after_commit", W), contains("stored result", W)"#,
        ],
    );
}

#[test]
fn what_is_asked_for_what_is_near_knows_where_it_is() {
    answered(
        "designs/hotel-booking.dl",
        &[
            r#"dossier_open(9, "HotelMap", W), contains("from which column of RoomNight", W)"#,
            r#"dossier_checklist(9, _, _, "false")"#,
        ],
    );
    answered(
        "designs/ride-dispatch.dl",
        &[r#"dossier_open(9, "DriverMap", W), contains("from which column of LocationPing", W)"#],
    );
    answered("designs/chat.dl", &[r#"!dossier_spread_by_place(_, _)"#]);
}

#[test]
fn outcomes_whose_key_is_a_number_lie_with_its_scope() {
    answered(
        "designs/chat.dl",
        &[
            r#"dossier_key("IdempotencyRecord", "partition", 1, "conversation_id"),
               dossier_key("IdempotencyRecord", "partition", 2, "user_id")"#,
            r#"!dossier_key("IdempotencyRecord", "partition", _, "sequence number")"#,
            r#"dossier_aligned("mark_read", "one_position", "aligned", _)"#,
            r#"dossier_open(9, "mark_read", W), contains("is no name", W)"#,
        ],
    );
    answered(
        "designs/hotel-booking.dl",
        &[r#"dossier_key("IdempotencyRecord_booking_id", "partition", 1, "booking_id")"#],
    );
}

#[test]
fn what_tells_of_numbered_events_says_in_which_order_it_arrives() {
    answered(
        "designs/chat.dl",
        &[
            r#"dossier_open(8, "deliver_live", W), contains("in which order it arrives if it follows Message", W)"#,
            r#"dossier_algorithm("deliver_live", _, _, W), contains("in which order is open", W)"#,
            r#"dossier_box_lack(8, 3, "deliver_live", _)"#,
        ],
    );
    answered("designs/ride-dispatch.dl", &[r#"!dossier_delivers_numbered(_, _, _, _, _)"#]);
}

#[test]
fn what_was_decided_beforehand_is_said_where_the_steps_have_another() {
    answered(
        "designs/hotel-booking.dl",
        &[
            r#"dossier_mistake(8, "book_room", W), contains("all steps have Saga", W)"#,
            r#"dossier_open(6, "book_room", W), contains("2PC was chosen beforehand", W)"#,
            r#"dossier_checklist(6, 3, _, "false")"#,
            r#"dossier_box_gap(7, 3, "search_hotels", W), contains("the partner that supplies addresses", W)"#,
        ],
    );
    answered("designs/chat.dl", &[r#"!dossier_chosen_otherwise(_, _, _)"#]);
}

#[test]
fn a_view_that_is_asked_for_the_rows_of_somebody_knows_whose_they_are() {
    answered(
        "designs/shared-editor.dl",
        &[
            r#"dossier_open(9, "DocumentList", W), contains("leads to its rows: user_id", W)"#,
            r#"dossier_algorithm("rename", _, _, W), contains("which of its rows is open", W)"#,
            r#"dossier_message("list_documents", 4, _, "DocumentList", "read the rows of user_id", _, _, _)"#,
            r#"!dossier_message("list_documents", _, _, _, "read one row by its key", _, _, _)"#,
        ],
    );
    answered(
        "tests/dossier/open/tagging.dl",
        &[r#"dossier_rows_of("TagIndex", "tag_id"), !dossier_row_untold("TagIndex", _, _)"#],
    );
}

#[test]
fn what_merges_is_eventual_and_no_replica_waits_for_another() {
    answered(
        "designs/shared-editor.dl",
        &[
            r#"dossier_consistency("edit_text", "Eventual", "")"#,
            r#"!dossier_consistency("edit_text", "Strong", _)"#,
            r#"dossier_open(12, "edit_text", W), contains("how far a replica may be behind", W)"#,
            r#"dossier_component("edit_text", "CRDT", "replica")"#,
            r#"!dossier_component("edit_text", _, "decision")"#,
            r#"!dossier_failure_mechanism("edit_text", "down", "fail closed")"#,
            r#"!dossier_runbook("edit_text", _, _, _, _, _, W), contains("fail closed", W)"#,
            // No lock is asked for within its transaction.
            r#"!dossier_answer("edit_text", "Q5", 1, _)"#,
            r#"dossier_answer("rename", "Q5", 1, _)"#,
            // What is overwritten stays strong, and what has to be available is asked of each write.
            r#"dossier_consistency("rename", "Strong", "0")"#,
            r#"dossier_open(6, "edit_text", W), contains("under a network partition", W)"#,
            r#"dossier_open(6, "rename", W), contains("under a network partition", W)"#,
            r#"dossier_open(15, "shared-editor", W), contains("while a region is unreachable", W)"#,
        ],
    );
    never(&[
        r#"dossier_merged(R), dossier_consistency(R, "Strong", _)"#,
        r#"dossier_merged(R), dossier_decides(R)"#,
        r#"dossier_merged(R), dossier_scale_type(R, "Window / aggregation heavy")"#,
    ]);
}

#[test]
fn what_a_merge_leaves_unsaid_is_open() {
    answered(
        "designs/shared-editor.dl",
        &[
            // Replicas synchronise what is merged, and no view of it.
            r#"dossier_open(8, "edit_text", W), contains("how DocumentList follows", W)"#,
            r#"!dossier_failure_mechanism("edit_text", "publish_failure", _)"#,
            r#"dossier_failure_mechanism("edit_text", "cut_off", W), contains("next synchronisation", W)"#,
            r#"dossier_open(8, "edit_text", W), contains("how its replicas synchronise", W)"#,
            r#"dossier_open(9, "Document", "no column text, into which edit_text merges")"#,
            r#"dossier_checklist(9, 1, _, "false")"#,
        ],
    );
}

#[test]
fn what_is_not_tried_again_has_no_rate_of_retries() {
    never(&[
        r#"dossier_untried(R, _), dossier_alert(R, _, W, _), contains("retry rate", W)"#,
        r#"dossier_untried(R, _), dossier_way(R, _, _, "CAS with retry budget")"#,
        r#"dossier_untried(R, _), dossier_runbook(R, "competing_writers", _, _, _, _, W), contains("queue", W)"#,
    ]);
    for design in ["designs/chat.dl", "designs/shared-editor.dl"] {
        answered(
            design,
            &[
                r#"dossier_alert(R, _, "CAS success rate < expected", "contention"), dossier_untried(R, _)"#,
                r#"!dossier_signal(_, _, "CAS retry rate > 20%")"#,
                r#"!dossier_storms(_)"#,
            ],
        );
    }
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_alert("place_bid", _, "retry rate > 50%", "contention")"#,
            r#"dossier_signal(2, _, "CAS retry rate > 20%")"#,
        ],
    );
}

#[test]
fn what_hands_out_numbers_takes_nothing_in() {
    answered(
        "designs/chat.dl",
        &[
            r#"dossier_component("send_message", "sequence authority", "numbering")"#,
            r#"dossier_domain("send_message", "sequence authority", "CRITICAL")"#,
            r#"dossier_domain_answer("send_message", "sequence authority", _, "fail closed", W), contains("greatest", W)"#,
            // What a user sends is told to be not taken: there is no queue for it.
            r#"dossier_component("send_message", "append log", "intake")"#,
            r#"!dossier_domain_answer("send_message", _, _, _, W), contains("DLQ", W)"#,
        ],
    );
    // A number that comes with what arrives is handed out by nobody here.
    answered(
        "designs/leaderboard.dl",
        &[
            r#"!dossier_hands_out("ingest_score", _)"#,
            r#"dossier_component("ingest_score", _, "ingest")"#,
        ],
    );
    never(&[r#"dossier_hands_out(R, V), dossier_component(R, V, K), K != "numbering""#]);
}

#[test]
fn a_key_keeps_what_it_is_said_to_keep() {
    never(&[
        // With one more column the second row of a key would be let in.
        r#"dossier_told_apart(T), dossier_sorted_by(T, _, C), dossier_key(T, "primary", _, C)"#,
        // What is created besides is not written over.
        r#"dossier_inserts_besides(R, O), dossier_also_call(R, O, C), !contains("insert_if_absent(", C)"#,
        r#"dossier_wanted_first(R, O, I), dossier_also_around(R, O, B, _), B != "if not ""#,
        // What keeps rows unique in another table is no comparison of one row.
        r#"dossier_enforced_by_key(I, R, _), dossier_base(R, V), dossier_enforced_as(I, V, _)"#,
    ]);
    answered(
        "designs/url-shortener.dl",
        &[
            r#"dossier_enforced_as("one_link", "the primary key of LinkTarget", "OLTP store")"#,
            r#"!dossier_enforced_as("one_link", "append log", _)"#,
        ],
    );
    answered(
        "designs/lockers.dl",
        &[
            r#"dossier_algorithm(_, 22, _, L), contains("Assignment.insert_if_absent((parcel_id, locker_number)", L), contains("or it rolls back", L)"#,
        ],
    );
    // A hold that is over is in the row that the next one takes.
    answered(
        "designs/ticketing.dl",
        &[r#"dossier_algorithm("hold_seat", 22, _, L), contains("SeatHold.set(", L)"#],
    );
    answered(
        "tests/dossier/writes/clinic.dl",
        &[r#"dossier_enforced_as("no_double_slot", "a unique key of Slot", "OLTP store")"#],
    );
    answered(
        "tests/dossier/writes/meter.dl",
        &[
            r#"dossier_key("MeterReading", "primary", 1, "reading_id")"#,
            r#"dossier_key("MeterReading", "order", 2, "interval_start")"#,
            r#"!dossier_key("MeterReading", "primary", _, "interval_start")"#,
        ],
    );
    // The order of a projection is part of its key: it has a row for each rank.
    answered(
        "tests/dossier/delivery/leaderboard.dl",
        &[r#"dossier_key("TopKProjection", "primary", _, "rank")"#],
    );
}

#[test]
fn a_sum_in_the_compared_row_needs_no_stream() {
    never(&[r#"dossier_summed_in_row(R, _), dossier_scale_type(R, "Window / aggregation heavy")"#]);
    answered(
        "tests/dossier/writes/parking.dl",
        &[
            r#"dossier_scale_type("pay", "Contention-heavy")"#,
            r#"!dossier_scale_type("pay", "Window / aggregation heavy")"#,
        ],
    );
    answered(
        "tests/dossier/delivery/leaderboard.dl",
        &[
            r#"dossier_scale_type("apply_score", "Window / aggregation heavy")"#,
            r#"dossier_left_out("viral video_id", "Add random suffix to ", "once", _)"#,
        ],
    );
}

#[test]
fn a_read_goes_by_one_key() {
    never(&[
        r#"dossier_read_in_doubt(R, T, _, _), dossier_read_key(R, T, _)"#,
        r#"dossier_read_stated(R, T, _), !dossier_read_key(R, T, _), !dossier_open(9, R, _)"#,
        r#"dossier_range(R, V, "Idempotency key TTL", _, _, _, "stated"),
           dossier_range(R, V, "Idempotency key TTL", _, _, _, "template")"#,
    ]);
}

#[test]
fn what_is_open_in_one_step_is_said_in_no_other() {
    never(&[
        // A mode that an open item asks about is neither one that can happen nor one that cannot.
        r#"dossier_in_doubt(R, M), dossier_failure(R, M, C), C != "?""#,
        r#"dossier_in_doubt(R, M), dossier_incident(R, M, _)"#,
        r#"dossier_in_doubt(R, "stale_holder"), dossier_metric(R, _, "fencing token rejections")"#,
        // What an open item asks is not assumed, and what is stated is not asked.
        r#"dossier_answer_open(R, Q, N), dossier_answer_assumed(R, Q, N)"#,
        r#"dossier_answer_denied(R, Q, N), dossier_answer_lacking(R, Q, N)"#,
        r#"dossier_failure(R, "cut_off", "Yes"), !dossier_answer(R, "Q2", 3, _)"#,
        // What speaks against a choice is said in the words of its open item, in the same box.
        r#"dossier_speaks_against(M, R, _, _), dossier_mistake(M, R, W), !dossier_open(6, R, W)"#,
        r#"dossier_chosen_text(R, _, W), dossier_box_lack(6, B, R, W), B != 3"#,
        // What takes a step back is asked in one step.
        r#"dossier_open(14, O, W), contains("what undoes", W), dossier_open(8, O, X), contains("takes back", X)"#,
    ]);
    answered(
        "designs/hotel-booking.dl",
        &[
            r#"dossier_failure("book_room", "stale_holder", "?")"#,
            r#"dossier_failure_name("book_room", "stale_holder", W), contains("is asked for by a holder", W)"#,
            r#"dossier_specified("book_room", "Failure behavior", W), contains("acts later: open: whether hold_token", W)"#,
            r#"!dossier_specified("book_room", "Failure behavior", W), contains("later: not applicable", W)"#,
            r#"dossier_open(14, "book_room", W), contains("a holder that holds no more", W)"#,
            r#"dossier_failure("hold_room", "stale_holder", "Yes")"#,
            r#"dossier_box_lack(6, 3, "book_room", W), contains("and compensation is acceptable", W)"#,
            r#"!dossier_box_lack(6, 90, "book_room", _)"#,
        ],
    );
    answered(
        "designs/shared-editor.dl",
        &[
            r#"dossier_answer("edit_text", "Q2", 3, W), contains("no replica waits", W)"#,
            r#"dossier_failure("edit_text", "cut_off", "Yes")"#,
            r#"dossier_open(6, "edit_text", W), contains("in which scope it contends", W)"#,
            r#"dossier_answer_open("rename", "Q2", 3)"#,
            r#"!dossier_failure("rename", "cut_off", _)"#,
        ],
    );
}

#[test]
fn what_a_line_compares_a_line_has_read() {
    never(&[
        // What is changed besides is compared with the version that a line reads, and who comes second is told.
        r#"dossier_read_besides(R, O), !dossier_row_read(R, O, _)"#,
        r#"dossier_read_besides(R, O), dossier_writes_as(R, _), !dossier_message(R, 191, O, _, _, _, _, "yes")"#,
        // No transaction takes back what is in another store, and what a guard reads is drawn once.
        r#"dossier_beside_apart(R, O, _, _), dossier_message(R, 191, O, _, _, _, W, _), contains("rolled back", W)"#,
        r#"dossier_message(R, N, _, O, M, _, _, _), dossier_message(R, K, _, O, M, _, _, _), N < K,
           contains("for the guard", M)"#,
        // A function is told each name once.
        r#"dossier_argument(R, N, A), dossier_argument(R, M, A), N != M"#,
        r#"dossier_argument(R, N, A), dossier_argument(R, N, B), A != B"#,
        // What a repeat does no harm to stores no rejection.
        r#"dossier_repeats(R), dossier_message(R, _, _, _, "store the rejection", _, _, _)"#,
        // Where it is open which of two is moved, no line moves either by itself.
        r#"dossier_perhaps_moved(O, F, T), dossier_by_itself(O, F, T)"#,
        // No line of a template is left that names nothing of the design.
        r#"dossier_algorithm(_, _, _, L), contains("projection_store", L)"#,
    ]);
    answered(
        "designs/job-scheduler.dl",
        &[
            r#"dossier_untried("edit_job", _)"#,
            r#"!dossier_specified("edit_job", "Failure behavior", W), contains("CAS loser retries", W)"#,
        ],
    );
}

#[test]
fn an_order_by_a_time_has_no_authority_and_says_what_is_done_with_what_is_late() {
    answered(
        "tests/dossier/writes/parcels.dl",
        &[
            r#"dossier_algorithm("record_scan", 60, 5, L), contains("Accept and reconcile: it is taken", L)"#,
            r#"dossier_message("record_scan", _, "consumers", "", M, _, "Accept and reconcile", _), contains("it is taken", M)"#,
            r#"dossier_runbook_of("record_scan", "out_of_order", "ordered by time")"#,
            r#"!dossier_runbook_of("record_scan", "out_of_order", "numbered here")"#,
            r#"!dossier_component("record_scan", "sequence authority", _)"#,
            r#"!dossier_metric("record_scan", "sequence authority", _)"#,
            r#"dossier_metric("record_scan", "append log", "late events")"#,
            r#"dossier_checklist(11, 3, _, "true")"#,
        ],
    );
    // What nobody gives out is no part that may fail, be it critical or not.
    answered(
        "tests/dossier/delivery/matching.dl",
        &[
            r#"!dossier_domain("swipe", "sequence authority", _)"#,
            r#"dossier_algorithm("swipe", 60, 5, L), contains("is open, see step 14", L)"#,
            r#"dossier_open(14, "swipe", W), contains("arrival_policy(\"Swipe\", ...)", W)"#,
        ],
    );
    // The one item asks for the policy, the other refers to it.
    answered(
        "designs/auction.dl",
        &[
            r#"dossier_open(14, "place_bid", W), contains("arrival_policy(\"Bid\", ...)", W)"#,
            r#"dossier_open(8, "outbid_push", W), contains("what step 14 asks of place_bid", W)"#,
            r#"!dossier_open(8, "place_bid", W), contains("arrival_policy", W)"#,
        ],
    );
    never(&[
        r#"dossier_gives_no_number(R, V), dossier_component(R, V, _)"#,
        r#"dossier_orders_by_time(R, _), dossier_runbook_of(R, "out_of_order", "numbered here")"#,
    ]);
}

#[test]
fn what_hands_out_numbers_fails_by_itself() {
    answered(
        "designs/chat.dl",
        &[
            r#"dossier_failure("send_message", "numbering_down", "Yes")"#,
            r#"dossier_failure_mechanism("send_message", "numbering_down", "fail closed")"#,
            r#"dossier_recovery("send_message", "numbering_down", W), contains("greatest", W)"#,
            r#"dossier_runbook("send_message", "numbering_down", _, _, "Resolution", _, W), contains("greatest", W)"#,
            r#"dossier_detects("send_message", "numbering_down", "repeats in the sequence")"#,
            r#"dossier_checklist(17, 1, _, "true")"#,
        ],
    );
    // A row that is compared counts with what it compares.
    answered("designs/auction.dl", &[r#"!dossier_failure(_, "numbering_down", _)"#]);
}

#[test]
fn one_store_of_repeats_has_one_retention() {
    answered(
        "tests/dossier/writes/bikes.dl",
        &[
            r#"dossier_algorithm("block_bike", 5, _, L), contains("processed, ttl=7 days)", L)"#,
            r#"dossier_range("block_bike", "idempotency key", "Idempotency key TTL", "7 days", "24h", "30 days", "stated")"#,
            r#"!dossier_open(16, "block_bike", W), contains("idempotency key: Idempotency key TTL", W)"#,
            r#"!dossier_open(16, "block_bike", W), contains("which Idempotency key TTL", W)"#,
        ],
    );
    // Where none is stated it is asked for once, and the mark is kept for what the template calls it.
    answered(
        "tests/dossier/writes/tools.dl",
        &[
            r#"dossier_algorithm("pull", 5, _, L), contains("processed, ttl=retention_period)", L)"#,
            r#"dossier_open(16, "pull", W), contains("dedup by event_id: Idempotency key TTL", W)"#,
            r#"!dossier_open(16, "pull", W), contains("idempotency key: Idempotency key TTL", W)"#,
        ],
    );
}

#[test]
fn what_is_said_of_rivals_of_an_event_is_no_answer_while_no_line_does_it() {
    answered(
        "tests/dossier/writes/bikes.dl",
        &[
            r#"dossier_open(8, "block_bike", W), contains("and no line does that; say arrival_policy(\"DefectReport\", ", W)"#,
            r#"dossier_open(14, "block_bike", W), contains("what step 8 asks of a rejected event", W)"#,
            r#"dossier_checklist(14, 1, _, "false")"#,
        ],
    );
    // Nothing is said of rivals there, so nothing is left without a line.
    answered(
        "tests/dossier/writes/tools.dl",
        &[
            r#"dossier_open(8, "pull", W), contains("what becomes of an event that comes when not", W)"#,
            r#"!dossier_open(8, "pull", W), contains("of competing writers it is said", W)"#,
        ],
    );
}

#[test]
fn a_row_that_is_read_for_the_answer_is_drawn_so() {
    answered(
        "designs/chat.dl",
        &[
            r#"dossier_algorithm("send_message", 12, 1, L), contains("return Message.read(", L)"#,
            r#"dossier_message("send_message", 205, "service", "Message", M, _, _, _), contains("read", M)"#,
            r#"dossier_message("send_message", 206, "service", _, M, _, "accepted", _), contains("the row", M)"#,
        ],
    );
    never(&[
        r#"dossier_answers_with_its_row(R, _, _), dossier_message(R, 206, _, _, "result", _, _, _)"#,
    ]);
}

#[test]
fn what_identifies_a_row_has_the_scope_within_which_its_key_is_unique() {
    // Its scope alone says what identifies it: the scope of the key joins it, as the algorithm looks for both.
    answered(
        "designs/shared-editor.dl",
        &[
            r#"dossier_key("Operation", "primary", _, "document_id")"#,
            r#"dossier_algorithm("edit_text", _, _, L), contains("Operation.exists((replica_id, sequence), document_id)", L)"#,
        ],
    );
    // Where its fields say what does, that is asked, and a second PK answers it.
    answered(
        "tests/dossier/writes/bikes.dl",
        &[
            r#"dossier_open(9, "DefectReport", W), contains("whether the same report_id may come with another bike_id", W)"#,
            r#"dossier_checklist(9, 4, _, "false")"#,
        ],
    );
    answered(
        "tests/dossier/writes/parcels.dl",
        &[
            r#"dossier_key("ScanEvent", "primary", 2, "parcel_id")"#,
            r#"!dossier_open(9, "ScanEvent", W), contains("whether the same", W)"#,
        ],
    );
    // A key beside the one that identifies the row has its scope already.
    answered(
        "designs/url-shortener.dl",
        &[
            r#"!dossier_open(9, "ShortLink", W), contains("whether the same", W)"#,
            r#"dossier_key("ShortLink", "unique", _, "user_id")"#,
        ],
    );
}

#[test]
fn each_source_of_a_view_leads_to_its_rows_or_is_asked() {
    answered(
        "designs/shared-editor.dl",
        &[
            r#"dossier_open(9, "DocumentList", W), contains("how a row of Document leads to its rows", W)"#,
            r#"dossier_open(9, "DocumentList", W), contains("how a row of DocumentTitle leads to its rows", W)"#,
        ],
    );
    // One source has the column, another leads nowhere.
    answered(
        "tests/dossier/writes/meter.dl",
        &[
            r#"dossier_open(9, "TariffView", W), contains("how a row of MeterDay leads to its row: contract_id", W)"#,
            r#"dossier_tells("TariffView", "Contract", "contract_id")"#,
            r#"dossier_algorithm("fold_day", _, _, L), contains("update TariffView", L), contains("which of its rows is open", L)"#,
        ],
    );
    // No name is special: a day is no id, and is asked for.
    answered(
        "designs/url-shortener.dl",
        &[r#"dossier_open(9, "ClickReport", W), contains("leads to its row: day", W)"#],
    );
    answered(
        "designs/hotel-booking.dl",
        &[
            r#"dossier_open(9, "Availability", W), contains("what its entries are found by: hotel_id", W)"#,
        ],
    );
    answered(
        "designs/ticketing.dl",
        &[r#"!dossier_open(9, "SeatMap", W), contains("what its entries are found by", W)"#],
    );
}

#[test]
fn what_a_view_shows_is_from_somewhere() {
    answered(
        "tests/dossier/writes/bikes.dl",
        &[
            r#"dossier_open(9, "StationMap", W), contains("where its free_docks is from", W)"#,
            r#"dossier_column("StationMap", _, "free_docks", _, "where it is from is open")"#,
            r#"!dossier_open(9, "StationMap", W), contains("where its bikes is from", W)"#,
        ],
    );
    answered(
        "tests/dossier/writes/parcels.dl",
        &[
            r#"dossier_open(9, "TrackingPage", W), contains("where its last_depot_id is from", W)"#,
            r#"!dossier_open(9, "TrackingPage", W), contains("where its status is from", W)"#,
        ],
    );
    never(&[r#"dossier_from_nowhere(V, C), !dossier_open(9, V, _)"#]);
}

#[test]
fn what_is_only_delivered_is_kept_in_the_record_of_its_delivery() {
    answered(
        "tests/dossier/writes/bikes.dl",
        &[
            r#"dossier_rejected("Receipt", "What Send receipt delivers", _)"#,
            r#"!dossier_table("Receipt", _, _)"#,
            r#"!dossier_cost("Receipt", _, _, _, _, _)"#,
            r#"dossier_event_flow("consumers", "NotificationRecord", "start Send receipt by the event of Charge")"#,
        ],
    );
    answered(
        "designs/auction.dl",
        &[r#"dossier_rejected("Notification", _, _)"#, r#"!dossier_open(2, "Notification", _)"#],
    );
    // What starts it may be said without declaring it.
    answered(
        "tests/dossier/writes/clinic.dl",
        &[
            r#"relates("Reminder", "effect of", _), dossier_rejected("Reminder", _, _)"#,
            r#"!problem("warning", "relation-of-nothing", _, _)"#,
        ],
    );
    // Where the design says more of it, whether it is kept is asked.
    answered(
        "tests/dossier/writes/gateway.dl",
        &[r#"dossier_open(2, "Webhook", W), contains("whether it is kept", W)"#],
    );
    never(&[r#"dossier_side_effect(O, _), dossier_table(O, O, _)"#]);
}

#[test]
fn a_path_that_takes_in_a_stream_is_fed_by_something() {
    answered(
        "tests/dossier/writes/tools.dl",
        &[r#"dossier_open(11, "pull", W), contains("what feeds it", W)"#],
    );
    answered(
        "tests/dossier/writes/bikes.dl",
        &[
            r#"!dossier_open(11, "block_bike", W), contains("what feeds it", W)"#,
            r#"dossier_algorithm("report_defect", _, _, L), contains("start block_bike", L)"#,
            r#"!dossier_algorithm("report_defect", _, _, L), contains("apply(payload)", L)"#,
            r#"dossier_event_flow("consumers", _, "start Block bike")"#,
        ],
    );
    never(&[r#"dossier_open(11, R, W), contains("what feeds it", W), dossier_fed(R)"#]);
}

#[test]
fn a_guard_is_asked_of_what_it_names_and_a_time_where_it_decides() {
    never(&[
        r#"dossier_event_creates(R, O), dossier_specified(R, "State read", W), I = cat(O, " by "), contains(I, W)"#,
        r#"dossier_part_beside(R, I, N), dossier_guard_part(R, I, N, T), dossier_algorithm(R, 16, _, L), contains(T, L)"#,
        r#"dossier_guard_of_the_call(R, _), !dossier_guard_looks(R), dossier_message(R, _, _, _, W, _, _, _),
           contains("what the guard names", W)"#,
        r#"dossier_replaces(R, _), dossier_algorithm(R, 16, N, L), contains("expected_version", L), N != 1"#,
        r#"dossier_record_for(_, O), dossier_open(2, O, W), contains("is no candidate", W)"#,
    ]);
    answered(
        "tests/dossier/writes/parcels.dl",
        &[
            r#"dossier_algorithm("book_window", 16, _, L), contains("server_time < delivery_slot.starts_at,", L)"#,
            r#"dossier_algorithm("book_window", 6, _, L), contains("parcel = Parcel.read_for_update(parcel_id)", L)"#,
        ],
    );
    answered(
        "designs/hotel-booking.dl",
        &[
            r#"dossier_open(14, "book_room", W), contains("say server_time in the predicate of its guard", W)"#,
            r#"dossier_box_lack(14, 3, "book_room", W), contains("at the very boundary of time", W)"#,
        ],
    );
    answered(
        "tests/dossier/writes/clinic.dl",
        &[
            r#"dossier_algorithm("book_slot", 23, _, L), contains("outbox.append(appointment_id, payload)", L)"#,
            r#"dossier_scale("open_slot", "Contention-heavy", "(doctor_id, starts_at)")"#,
            r#"!problem(_, "relation-of-nothing", _, _)"#,
        ],
    );
}

#[test]
fn what_is_appended_compared_and_read_is_what_the_design_says() {
    answered(
        "tests/dossier/writes/parcels.dl",
        &[
            r#"dossier_algorithm(_, 4, 1, L), contains("ScanEvent.append(scan_id, scanned_at, payload with {depot_id", L)"#,
        ],
    );
    answered(
        "designs/job-scheduler.dl",
        &[
            // The scheduler is the only one that releases, and not the only one that writes.
            r#"dossier_versioned("JobRun", "its transitions")"#,
            r#"!dossier_lifecycle_line("JobRun", _, _, _, L), contains("by its only writer", L)"#,
            r#"dossier_lifecycle_line("JobRun", "CLAIMED", "DUE", 1050, L), contains("claimed_by: null", L)"#,
        ],
    );
    answered(
        "designs/mobile-rollout.dl",
        &[
            r#"dossier_open(8, "healthy", W), contains("WaveHealth, a projection", W)"#,
            r#"!dossier_algorithm("advance_wave", _, _, L), contains("WaveHealth.read_for_update", L)"#,
            r#"dossier_algorithm("advance_wave", 1, 1, "function advance_wave((release_id, wave), payload):")"#,
        ],
    );
    // What is written over is changed more than once, whether it was there or not.
    answered(
        "tests/dossier/open/tagging.dl",
        &[r#"dossier_open(8, "set_tag", M), contains("tells no two requests apart", M)"#],
    );
    answered(
        "designs/key-value-cache.dl",
        &[
            r#"dossier_dp_mechanism("Get mechanism", "read source directly")"#,
            r#"dossier_closure("Get mechanism", "KeyEntry", "its current state is read")"#,
            r#"!dossier_open(6, "Get mechanism", _)"#,
        ],
    );
    never(&[r#"dossier_dp(D, _, R, _), read_path(R, _), dossier_open(6, D, "no mechanism")"#]);
}

#[test]
fn a_product_that_is_picked_is_named_where_somebody_looks_for_it() {
    answered(
        "tests/dossier/delivery/leaderboard.dl",
        &[
            r#"dossier_runbook("view_top_k", "lag", _, _, "Diagnosis", _, "check Flink consumer lag on Kafka")"#,
            r#"dossier_domain_answer("apply_score", "Windowing", _, _, W), contains("Flink checkpoint", W)"#,
            r#"dossier_stage(3, _, "a stream processor for Apply score (Flink)")"#,
        ],
    );
    // Nobody picked any here.
    answered(
        "designs/leaderboard.dl",
        &[
            r#"dossier_runbook("view_top_k", "lag", _, _, "Diagnosis", _, "check consumer lag on the source")"#,
            r#"!dossier_on(_, _, W), W != """#,
            r#"dossier_stage(3, _, "a stream processor for Apply score")"#,
        ],
    );
}

#[test]
fn what_several_paths_write_is_one_table_in_one_store() {
    never(&[
        r#"dossier_refers(T, C, One), dossier_refers(T, C, Two), One != Two, !relates(T, _, Two)"#,
        r#"dossier_refers_in_doubt(T, C, _, _), dossier_refers(T, C, _)"#,
        r#"dossier_rivals_besides(R, _, _), dossier_failure(R, "competing_writers", "No")"#,
        r#"dossier_beside_apart(R, O, _, _), dossier_also_call(R, O, C), dossier_algorithm(R, _, _, L),
           contains(C, L), contains("in the same transaction", L)"#,
        r#"dossier_claim_set(R, O, _, C, _), dossier_set_place(R, O, _, T), contains(cat(C, ": "), T)"#,
        r#"dossier_range(R, V, P, _, _, _, "set"), dossier_range(R, V, P, _, _, _, "worked")"#,
    ]);
    // An id that each row gets anew is the whole key, and each path says what it sets of what it appends.
    answered(
        "tests/dossier/writes/arcade.dl",
        &[
            r#"dossier_key("Booking", "primary", 1, "booking_id")"#,
            r#"dossier_message("load_card", 191, "Card", _, _, _, "read it again", "yes")"#,
            r#"dossier_algorithm("load_card", 4, _, L), contains("booked_at: server_time", L)"#,
            r#"!dossier_open(8, _, M), contains("what load_id is", M)"#,
        ],
    );
    // What is kept in two stores says which fact keeps it in one.
    answered(
        "designs/url-shortener.dl",
        &[
            r#"dossier_beside_apart("create_link", "LinkTarget", _, "OLTP store")"#,
            r#"dossier_open(8, "create_link", M), contains("LinkTarget in OLTP store", M),
               contains("needs_capability(", M), contains("Transactional conditional writes", M)"#,
        ],
    );
}

#[test]
fn a_duplicate_whose_mark_is_in_another_store_is_asked_once() {
    answered(
        "designs/tagging.dl",
        &[
            r#"dossier_open(8, "TagCounts", W), contains("how it knows an event that it had", W)"#,
            r#"dossier_box_gap(14, 2, "TagCounts", W), contains("as is open in step 8", W)"#,
            r#"dossier_box_lack(8, 3, "TagCounts", W), contains("how it knows an event that it had", W)"#,
            r#"!dossier_box_lack(8, 2, "TagCounts", _)"#,
            r#"!dossier_failure_mechanism("set_tag", "duplicate_delivery", "idempotent consumer")"#,
            r#"dossier_failure_mechanism("set_tag", "duplicate_delivery", "idempotent consumer, open for TagCounts")"#,
            r#"dossier_checklist(14, 2, _, "false")"#,
        ],
    );
    answered(
        "tests/dossier/delivery/leaderboard.dl",
        &[
            r#"dossier_failure_mechanism("ingest_score", "duplicate_delivery", "dedup by event_id")"#,
            r#"dossier_box_gap(14, 2, "ScoreAggregate", W), contains("as is open in step 8", W)"#,
            r#"dossier_open(8, "apply_score", W), contains("no transaction has both: ScoreAggregate", W)"#,
        ],
    );
    never(&[
        r#"dossier_open(8, V, What), contains("knows an event that it had", What), !dossier_box_gap(14, 2, V, _)"#,
        // Each view is asked once, whoever writes what it follows.
        r#"dossier_open(8, V, W), dossier_open(8, V, O), W != O, contains("knows an event that it had", W),
           contains("knows an event that it had", O)"#,
    ]);
}

#[test]
fn a_view_follows_what_a_path_writes_besides() {
    answered(
        "tests/dossier/writes/gateway.dl",
        &[
            r#"dossier_open(8, "refund", W), contains("how DayReport follows what it writes", W)"#,
            r#"dossier_failure("refund", "publish_failure", "Yes")"#,
        ],
    );
    answered(
        "tests/dossier/writes/enrolment.dl",
        &[r#"dossier_algorithm("swap_course", 60, _, L), contains("update CourseList", L)"#],
    );
    // What consumers are drawn to keep, their function keeps.
    never(&[
        r#"dossier_consumed(R, _), dossier_follows_from(R, V, _), !dossier_kept_by_path(V, _),
        !dossier_follows_events(R, V, _)"#,
    ]);
}

#[test]
fn a_run_that_makes_its_rows_does_not_find_in_them_what_it_missed() {
    answered(
        "designs/job-scheduler.dl",
        &[
            r#"dossier_open(14, "release_due", W), contains("recovery(\"release_due\", \"worker_stopped\"", W)"#,
            r#"dossier_box_gap(14, 3, "release_due", _)"#,
            r#"!dossier_failure_mechanism("release_due", "worker_stopped", "what waits stays in JobRun; whoever looks there next does it")"#,
            r#"dossier_runbook("release_due", "worker_stopped", _, _, "Trigger", _, W), contains("last run", W)"#,
        ],
    );
    answered(
        "designs/ticketing.dl",
        &[
            r#"dossier_failure_mechanism("expire_holds", "worker_stopped", W), contains("what waits stays in", W)"#,
            r#"!dossier_open(14, "expire_holds", _)"#,
        ],
    );
    // And the clock starts it, whoever publishes what it is made from.
    never(&[
        r#"dossier_event_flow("consumers", _, L), dossier_by_the_clock(R), printed(R, P), L = cat("start ", P)"#,
    ]);
}

#[test]
fn what_a_delivery_is_stated_to_read_it_reads_by_something() {
    answered(
        "tests/dossier/delivery/pieces.dl",
        &[
            r#"dossier_open(8, "notify_drop", W), contains("by what it finds the AlertSubscription that it reads", W)"#,
            r#"dossier_message("notify_drop", 15, _, "AlertSubscription", _, _, _, _)"#,
        ],
    );
    never(&[r#"dossier_delivery_reads(R, O), !dossier_delivery_reads_somehow(R, O),
        !dossier_filled(R, 1, 55, _)"#]);
}

#[test]
fn what_is_kept_by_another_key_is_not_partitioned_by_the_hot_one() {
    never(&[
        r#"dossier_hot_part(H, R, K, P), dossier_strategy(H, _, _, S), S = cat("Partition by ", K), P != K"#,
    ]);
}

#[test]
fn one_failure_of_a_path_has_one_answer_and_one_row_is_read_once_for_a_guard() {
    answered(
        "tests/dossier/writes/greenhouse.dl",
        &[
            r#"dossier_failure_behavior("raise_alarm", "competing_writers", W), contains("one Threshold come one after the other", W), contains("; under one key one inserts", W)"#,
            r#"!dossier_failure_behavior("raise_alarm", M, One), dossier_failure_behavior("raise_alarm", M, Other), One < Other"#,
            r#"1 = count : { dossier_message("raise_alarm", _, _, "Threshold", W, _, _, _), contains("for the guard", W) }"#,
        ],
    );
    never(&[
        r#"dossier_failure_behavior(R, M, One), dossier_failure_behavior(R, M, Other), One < Other"#,
        r#"dossier_message(R, N, _, To, W, _, _, _), dossier_message(R, K, _, To, W, _, _, _), N < K, contains("for the guard", W)"#,
    ]);
}

#[test]
fn what_is_set_is_computed_from_what_a_line_has_read() {
    answered(
        "tests/dossier/writes/adverts.dl",
        &[
            // A sum in the row that is compared is set by the compared update, and by nothing beside it.
            r#"dossier_filled("charge_click", 4, 1, W), contains("expected_version = state.version, {spent", W)"#,
            r#"!dossier_algorithm("charge_click", _, _, W), contains("increment", W)"#,
            r#"dossier_open(8, "charge_click", W), contains("what becomes of an event that comes when not", W)"#,
            // A sum of a new row is what a line computes, or it is open.
            r#"!dossier_open(8, "invoice_adds_up", _)"#,
            r#"dossier_open(8, "statement_adds_up", W), contains("no line of the algorithm of bill_month checks it", W)"#,
            r#"!dossier_enforced_as("statement_adds_up", "CAS on (state, version)", _)"#,
            // A row that is written beside a sum cuts it into no windows.
            r#"!dossier_part("charge_click", "windowing", _)"#,
        ],
    );
    answered(
        "designs/leaderboard.dl",
        &[r#"dossier_part("apply_score", "windowing", "Windowing")"#],
    );
    answered(
        "tests/dossier/writes/bikes.dl",
        &[
            r#"dossier_filled("block_bike", 4, 200, W), contains("outbox.append(bike_id, {status: BLOCKED})", W)"#,
        ],
    );
    never(&[r#"dossier_computes_from(R, O, _), !reads_by(R, O, _), !dossier_open(8, R, _)"#]);
}

#[test]
fn an_effect_is_done_for_the_event_that_it_follows_from() {
    answered(
        "designs/lockers.dl",
        &[
            r#"dossier_algorithm(R, 60, _, L), contains("if the event is of Assignment: start tell_resident", L)"#,
            r#"dossier_flow(_, _, "start Send code by the event of Assignment")"#,
        ],
    );
    // A consumer that has one effect in the store of its mark and another elsewhere lets the mark decide.
    never(&[
        r#"dossier_no_reason(R, E, _), dossier_for_event(R, E, "")"#,
        r#"dossier_consumed(R, _), dossier_follows_events(R, V, _), !dossier_for_event(R, V, _)"#,
        r#"dossier_view_with_mark(R, _), dossier_filled(R, 60, _, L),
        contains("  ProcessedEvent.insert_if_absent(consumer, event_id)", L)"#,
    ]);
}

#[test]
fn what_is_said_to_need_a_transaction_is_in_a_store_that_has_one() {
    never(&[
        r#"needs_capability(R, "Transactional conditional writes"), dossier_base(R, V), dossier_kept(_, _, S, R, V),
        !dossier_transacts(S)"#,
        r#"dossier_kept(O, "rows", "Append log / event stream", _, _), dossier_counts(_, O, _)"#,
    ]);
}

#[test]
fn the_way_back_of_a_step_is_no_step_and_a_field_is_set_back_by_its_inverse() {
    answered(
        "tests/dossier/writes/studio.dl",
        &[
            r#"dossier_open(8, "Room", W), contains("say transition(\"Room\", \"TAKEN\", \"HELD\", ...)", W)"#,
        ],
    );
    // No transition is a step and its way back at once.
    never(&[
        r#"dossier_step_takes(R, O, F, T), dossier_moved_back(R, O, F, T)"#,
        r#"dossier_set_back(R, O, _, _), dossier_step_takes(R, O, _, _)"#,
    ]);
}

#[test]
fn what_one_transaction_has_by_another_partition_key_is_asked() {
    answered(
        "tests/dossier/writes/greenhouse.dl",
        &[
            r#"dossier_box_question(11, 2, "open_valve", W), contains("does ValveCommand, which it writes besides", W)"#,
            r#"dossier_box_question(11, 2, "open_valve", W), contains("does Zone, which its guard reads for update", W)"#,
        ],
    );
    never(&[r#"dossier_held_besides(R, O, _), dossier_beside_apart(R, O, _, _)"#]);
}

#[test]
fn the_event_of_a_new_row_has_what_the_row_has() {
    answered(
        "tests/dossier/writes/bikes.dl",
        &[
            r#"dossier_algorithm(_, 4, _, W), contains("outbox.append(report_id, payload with {bike_id: payload.bike_id", W)"#,
        ],
    );
    never(&[r#"dossier_duplicate(R, "none stated", _), dossier_written_over_again(R, _)"#]);
}

#[test]
fn a_state_that_ends_by_the_clock_and_a_policy_of_what_comes_are_asked_where_they_are() {
    // What its guard lets in until another path ends it is decided by who comes first.
    answered(
        "tests/dossier/writes/campaigns.dl",
        &[
            r#"dossier_failure_behavior("raise_budget", "deadline", W), contains("as long as End campaign has not ended", W)"#,
            r#"dossier_open(14, "charge_click", W), contains("ask there for the state of Campaign that End campaign ends", W)"#,
        ],
    );
    answered(
        "tests/dossier/writes/bikes.dl",
        &[
            r#"dossier_open(14, "block_bike", W), contains("arrival_policy(\"DefectReport\", ...)", W)"#,
            r#"dossier_algorithm("block_bike", _, _, L), contains("one out of the order of DefectReport: what is done", L)"#,
            r#"dossier_runbook("block_bike", "crash_after_commit", _, _, _, _, W), contains("finds its mark", W)"#,
        ],
    );
    // A suffix to a key by which no row lies spreads nothing.
    answered(
        "tests/dossier/writes/cards.dl",
        &[
            r#"dossier_left_out("tills on Saturday", _, "nothing", W), contains("its rows lie by card_id", W)"#,
        ],
    );
    answered(
        "tests/dossier/writes/offers.dl",
        &[r#"dossier_open(8, _, W), contains("say offer.status = MADE in its predicate", W)"#],
    );
    // Who takes in an event of which a delivery is an effect starts that.
    answered(
        "tests/dossier/writes/bikes.dl",
        &[
            r#"dossier_starts_delivery(R, "send_receipt"), dossier_algorithm(R, _, _, L), contains("start send_receipt with it, where", L)"#,
        ],
    );
    never(&[
        r#"dossier_starts_delivery(R, _), dossier_algorithm(R, _, _, L), contains("  apply(payload)", L)"#,
        // A repeat that is skipped gets no result.
        r#"dossier_mark_tells(R), dossier_runbook(R, _, _, _, _, _, W), contains("stored result", W)"#,
        // A predicate names an object in small letters.
        r#"dossier_open(8, _, W), match(".*(as|say) [A-Z][A-Za-z]*[.](version|status) = .*", W)"#,
        r#"dossier_ordered_in(R, _, _), !dossier_failure_mechanism(R, "out_of_order", _), !dossier_open(14, R, _)"#,
    ]);
}
