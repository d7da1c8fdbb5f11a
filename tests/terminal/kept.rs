//! What a prompt keeps when it is left or killed, and what the next one makes of it.

use super::*;

#[test]
fn what_was_left_is_told_and_offered_until_somebody_says_no() {
    let mut terminal = Terminal::new(&["designs/auction.dl"]);
    terminal.see("auction> ");
    terminal.line(r#"owner("Auction", "user")."#);
    terminal.see("#1");
    terminal.line(":branch cheap");
    terminal.line(r#"context("Topology", "single node")."#);
    terminal.see("#2");
    terminal.see("auction@cheap*");
    terminal.see(PROMPT);
    terminal.line(":quit");
    terminal.see("not saved: auction: 2 changes on cheap, 1 change on main");
    terminal.see("the next `archlog repl designs/auction.dl` offers it");
    assert_eq!(terminal.exit(), Some(0));
    // Whatever is no answer loses nothing.
    let mut terminal = Terminal::at(terminal.home, &["designs/auction.dl"], &[]);
    terminal.see("less than a minute ago");
    terminal.see("auction (designs/auction.dl)");
    terminal.see("* cheap: 2 changes, the last: context(");
    terminal.see("main: 1 change, the last: owner(");
    terminal.see("take them up? [Y/n] ");
    terminal.line("owner(\"x\", \"y\").");
    terminal.see("`y` takes them up, `n` does not");
    terminal.see("take them up? [Y/n] ");
    terminal.send("\u{3}");
    terminal.see("the next start offers them again");
    terminal.see("auction> ");
    terminal.line(":quit");
    assert_eq!(terminal.exit(), Some(0));
    let mut terminal = Terminal::at(terminal.home, &["designs/auction.dl"], &[]);
    terminal.see("take them up? [Y/n] ");
    terminal.line("");
    terminal.see("auction@cheap*");
    terminal.see(PROMPT);
    terminal.line(":undo 2");
    terminal.see("undid #2 context(");
    terminal.see("undid #1 owner(");
    terminal.see(PROMPT);
    gone(&mut terminal);
    // What was undone on one branch is not on the other.
    let mut terminal = Terminal::at(terminal.home, &["designs/auction.dl"], &[]);
    terminal.see("* cheap: 0 changes");
    terminal.see("main: 1 change");
    terminal.see("take them up? [Y/n] ");
    terminal.line("No");
    let told = terminal.see("auction> ");
    assert!(told.contains("not offered again") && told.contains(".declined.kept"), "{told}");
    let mut terminal = Terminal::at(terminal.home, &["designs/auction.dl"], &[]);
    let told = terminal.see("auction> ");
    assert!(!told.contains("earlier session"), "{told}");
}

#[test]
fn what_was_left_is_offered_by_any_of_its_designs() {
    let home = tempfile::tempdir().unwrap();
    let (one, other) = (home.path().join("one.dl"), home.path().join("other.dl"));
    fs::copy(root().join("designs/auction-minimal.dl"), &one).unwrap();
    fs::write(&other, "design(\"other\", \"Other\").\n").unwrap();
    let (one, other) = (one.display().to_string(), other.display().to_string());
    let mut terminal = Terminal::at(home, &[&other, &one], &[]);
    terminal.see("auction-minimal ");
    terminal.see(PROMPT);
    terminal.line(r#"owner("Auction", "user")."#);
    terminal.see("#1");
    terminal.see(PROMPT);
    terminal.send("\u{4}");
    terminal.see("not saved");
    assert_eq!(terminal.exit(), Some(0));
    // A design of its own has nothing to do with it.
    let mut terminal = Terminal::at(terminal.home, &["designs/auction.dl"], &[]);
    terminal.see("auction> ");
    terminal.send("\u{4}");
    assert_eq!(terminal.exit(), Some(0));
    let mut terminal = Terminal::at(terminal.home, &[&one], &[]);
    terminal.see("take them up? [Y/n] ");
    terminal.line("");
    terminal.see("auction-minimal*");
    terminal.see(PROMPT);
    terminal.line(":log");
    terminal.see("#1 owner");
    terminal.see(PROMPT);
    // Where it was saved to is a file of its own, too.
    let saved = terminal.home.path().join("new/folder/saved.dl").display().to_string();
    terminal.line(&format!(":save {saved}"));
    terminal.see("in a new folder");
    terminal.see(PROMPT);
    terminal.line(":undo");
    terminal.see("undid #1");
    terminal.see(PROMPT);
    terminal.send("\u{4}");
    assert_eq!(terminal.exit(), Some(0));
    let mut terminal = Terminal::at(terminal.home, &[&saved], &[]);
    terminal.see("take them up? [Y/n] ");
    terminal.line("n");
    terminal.see("not offered again");
    terminal.see(PROMPT);
    terminal.send("\u{4}");
    assert_eq!(terminal.exit(), Some(0));
}

#[test]
fn where_nothing_can_be_kept_nobody_leaves_unawares() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("archlog"), "no folder").unwrap();
    let mut terminal = Terminal::at(home, &["designs/auction.dl"], &[]);
    terminal.see("changes are not kept in case of a crash");
    terminal.see(PROMPT);
    terminal.line(r#"owner("Auction", "user")."#);
    terminal.see("#1");
    terminal.see(PROMPT);
    for _ in 0..2 {
        terminal.line(":quit");
        terminal.see("not saved: auction: 1 change; and nowhere to keep it");
        terminal.see(PROMPT);
        terminal.line(":mode");
        terminal.see("table (of");
        terminal.see(PROMPT);
    }
    terminal.send("\u{4}");
    terminal.see("leaving once more");
    terminal.see(PROMPT);
    std::thread::sleep(Duration::from_millis(100));
    terminal.send("\u{4}");
    terminal.see("not saved, and lost: auction: 1 change");
    assert_eq!(terminal.exit(), Some(0));
}

#[test]
fn what_an_interview_asked_only_half_is_not_lost_to_a_kill() {
    let mut terminal = Terminal::new(&[]);
    terminal.see("archlog> ");
    terminal.line(":new shop");
    terminal.see("need req> ");
    terminal.line("refund");
    terminal.see("need actor> ");
    terminal.line("user");
    terminal.see("need operation> ");
    gone(&mut terminal);
    let mut terminal = Terminal::at(terminal.home, &[], &[]);
    terminal.see("and an interview that was not at its end");
    terminal.see("take them up? [Y/n] ");
    terminal.line("");
    terminal.see("`:new` goes on with it");
    terminal.see("shop* ");
    terminal.see(PROMPT);
    terminal.line(":new");
    terminal.see("need operation> ");
    terminal.line(":back");
    terminal.see("need actor [user]> ");
}

/// Waits for the end of a process that was killed.
fn gone(terminal: &mut Terminal) {
    let _ = terminal.session.process_mut().kill(Signal::SIGKILL);
}

/// What a kill must not take: the changes of every branch, and which one is spoken of.
struct Known {
    branches: Vec<(String, Vec<String>)>,
    /// The place of the current one.
    current: usize,
    /// What was under way there; it may be there or not.
    pending: Option<String>,
}

impl Known {
    /// Looks whether all of it is there.
    fn seen(&mut self, terminal: &mut Terminal, round: usize) {
        let current = self.branches[self.current].0.clone();
        if current != "main" {
            terminal.see(&format!("@{current}"));
        }
        terminal.see(PROMPT);
        let mut answer = |line: &str| {
            terminal.line(line);
            terminal.see(PROMPT)
        };
        for (name, changes) in &mut self.branches {
            answer(&format!(":switch {name}"));
            let (facts, log, rules) = (answer(":facts object"), answer(":log"), answer(":rules"));
            if *name == current {
                let here = format!("#{} ", changes.len() + 1);
                let pending = self.pending.take().filter(|_| log.contains(&here));
                changes.extend(pending);
            }
            for (at, change) in changes.iter().enumerate() {
                let mine = format!("#{} {change}", at + 1);
                assert!(log.contains(&mine), "round {round}, {name}: {mine} is lost: {log}");
                let shown = if change.starts_with(".decl") { &rules } else { &facts };
                assert!(shown.contains(change), "round {round}, {name}: {change} is lost: {shown}");
            }
            let declared = changes.iter().filter(|change| change.starts_with(".decl")).count();
            assert_eq!(rules.matches(".decl kept").count(), declared, "round {round}, {name}");
            let count = facts.matches("object(").count();
            assert_eq!(count + declared, changes.len(), "round {round}, {name}: {facts}");
            assert!(!log.contains(&format!("#{} ", changes.len() + 1)), "{name}: {log}");
        }
        answer(&format!(":switch {current}"));
    }
}

#[test]
fn nothing_that_was_acknowledged_is_lost_to_a_kill() {
    let mut home = tempfile::tempdir().unwrap();
    let design = home.path().join("design.dl");
    fs::write(&design, "design(\"d\", \"D\").\n").unwrap();
    let path = design.display().to_string();
    let branches = vec![("main".to_owned(), Vec::new())];
    let mut known = Known { branches, current: 0, pending: None };
    let mut seed = 7_u64;
    for round in 0..6 {
        let mut terminal = Terminal::at(home, &[path.as_str()], &[]);
        if round > 0 {
            terminal.see("d (");
            terminal.see("take them up?");
            terminal.line("y");
        }
        known.seen(&mut terminal, round);
        for step in 0..8 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            if step == 3 && round < 3 {
                // A branch begins with all that is there, and goes on by itself.
                let facts = known.branches[known.current].1.clone();
                known.branches.push((format!("b{round}"), facts));
                known.current = known.branches.len() - 1;
                terminal.line(&format!(":branch b{round}"));
                terminal.see(PROMPT);
            } else if step == 5 {
                known.current = (seed >> 33) as usize % known.branches.len();
                terminal.line(&format!(":switch {}", known.branches[known.current].0));
                terminal.see(PROMPT);
            }
            let here = &mut known.branches[known.current].1;
            let fact = if round == 1 && step == 0 {
                ".decl kept(a: symbol)".to_owned()
            } else {
                format!("object(\"O{round}x{step}\", \"process\").")
            };
            terminal.line(&fact);
            here.push(fact);
            terminal.see(&format!("#{}", here.len()));
            if step > 3 && (seed >> 33).is_multiple_of(4) {
                // Killed while the next one is under way; that one may be there or not.
                let fact = format!("object(\"P{round}x{step}\", \"process\").");
                terminal.line(&fact);
                known.pending = Some(fact);
                std::thread::sleep(Duration::from_micros((seed >> 40) % 3_000));
                break;
            }
        }
        gone(&mut terminal);
        home = terminal.home;
    }
    let changes: usize = known.branches.iter().map(|(_, changes)| changes.len()).sum();
    assert!(known.branches.len() > 2 && changes > 12, "{changes}");
    // What is kept is whole, too.
    let left: Vec<_> = fs::read_dir(home.path().join("archlog/unsaved")).unwrap().collect();
    assert!(left.iter().any(|entry| is_whole(&entry.as_ref().unwrap().path())), "{left:?}");
}

fn is_whole(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "kept")
        && archlog::io::Slots::read(path).is_ok_and(|text| archlog::repl::Left::read(&text).is_ok())
}
