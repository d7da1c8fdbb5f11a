//! Claims: what takes them, what frees them, and what a holder that holds no more may do.

use super::common::dossier::answered;

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
