//! Failures and time: what happens at a bound, to a worker that stops, and to whoever comes second.

use super::common::dossier::answered;
use super::never;

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
