//! Projections, copies, feeds and sums: what they follow, by what they are found, and what they are computed from.

use super::common::dossier::answered;
use super::never;

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
