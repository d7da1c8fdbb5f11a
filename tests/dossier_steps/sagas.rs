//! Sagas, votes and what was decided before the steps: what takes a step back, and who asks its guard.

use super::common::dossier::answered;
use super::never;

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
