//! Orders and numbers: who gives them out, from where they are, and what is done with what comes late.

use super::common::dossier::answered;
use super::never;

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
