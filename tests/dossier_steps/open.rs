//! What is open: in its own step, in its own box, and closed by the fact that it names.

use super::common::dossier::answered;
use super::never;

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
