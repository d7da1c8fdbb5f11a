//! Writes: what a path reads, compares and sets, and what its picture tells of it.

use super::common::dossier::answered;
use super::never;

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
fn what_is_said_to_need_a_transaction_is_in_a_store_that_has_one() {
    never(&[
        r#"needs_capability(R, "Transactional conditional writes"), dossier_base(R, V), dossier_kept(_, _, S, R, V),
        !dossier_transacts(S)"#,
        r#"dossier_kept(O, "rows", "Append log / event stream", _, _), dossier_counts(_, O, _)"#,
    ]);
}
