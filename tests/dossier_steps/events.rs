//! Events and deliveries: what is published, who takes it in, and what is done with it twice or late.

use super::common::dossier::answered;
use super::never;

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

#[test]
fn what_consumers_start_waits_for_what_is_stated_and_is_drawn() {
    answered(
        "designs/lockers.dl",
        &[
            r#"dossier_algorithm(_, _, _, L), contains("start tell_resident with it, where a locker is assigned", L)"#,
            r#"dossier_message(_, _, "consumers", "", "start tell_resident", _, _, _)"#,
        ],
    );
    answered(
        "tests/dossier/writes/till.dl",
        &[
            r#"dossier_recovery("pay", "duplicate_delivery", W), contains("; read the wallet again", W)"#,
        ],
    );
    never(&[
        r#"dossier_recovery(R, "duplicate_delivery", A), dossier_recovery(R, "duplicate_delivery", B), A != B"#,
        r#"dossier_algorithm(R, N, _, L), dossier_algorithm(R, M, _, K), contains("  start ", L), contains(L, K), N < M"#,
        r#"dossier_consumers_start(R, _), dossier_message(R, _, "consumers", _, "act on the event", _, _, _)"#,
    ]);
}
