//! Objectives, parameters, runbooks, hotspots and cost: what is measured, tuned, told and paid for.

use super::common::dossier::answered;
use super::never;

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
fn what_is_kept_by_another_key_is_not_partitioned_by_the_hot_one() {
    never(&[
        r#"dossier_hot_part(H, R, K, P), dossier_strategy(H, _, _, S), S = cat("Partition by ", K), P != K"#,
    ]);
}
