//! Keys, scopes and partitions: what identifies a row, where it lies, and how a repeat is known.

use super::common::dossier::answered;
use super::never;

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
fn a_read_goes_by_one_key() {
    never(&[
        r#"dossier_read_in_doubt(R, T, _, _), dossier_read_key(R, T, _)"#,
        r#"dossier_read_stated(R, T, _), !dossier_read_key(R, T, _), !dossier_open(9, R, _)"#,
        r#"dossier_range(R, V, "Idempotency key TTL", _, _, _, "stated"),
           dossier_range(R, V, "Idempotency key TTL", _, _, _, "template")"#,
    ]);
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
