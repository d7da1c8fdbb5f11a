//! Fixes, made.

use crate::diag::SourceId;

use super::Finding;

/// A text with the fixes of some findings made, and how many were. A fix that overlaps one before
/// it is left for another run.
pub fn mend(source: SourceId, text: &str, findings: &[Finding]) -> (String, usize) {
    let fixes = findings.iter().filter_map(|finding| finding.fix.as_ref());
    let here = |it: &&super::Fix| it.edits.iter().all(|(span, _)| span.source == source);
    let mut taken: Vec<(usize, usize, &str)> = Vec::new();
    let mut made = 0;
    for fix in fixes.filter(here) {
        let edits = || {
            fix.edits.iter().map(|(at, text)| (at.start as usize, at.end as usize, text.as_str()))
        };
        let free = |(start, end): (usize, usize)| {
            taken.iter().all(|(from, to, _)| end <= *from || *to <= start)
        };
        if edits().all(|(start, end, _)| free((start, end)) && text.get(start..end).is_some()) {
            taken.extend(edits());
            made += 1;
        }
    }
    taken.sort_unstable();
    let mut mended = text.to_owned();
    for (start, end, replacement) in taken.into_iter().rev() {
        mended.replace_range(start..end, replacement);
    }
    (mended, made)
}
