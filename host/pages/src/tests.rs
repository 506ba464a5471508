//! The pages as a whole.

use crate::{Frame, Here, Language, content::*, pages::*};

fn row(name: &str, summary: &str) -> Row {
    Row {
        id: "1".to_owned(),
        created_at: "2026-05-28T20:26:40.123Z".to_owned(),
        dataset_name: name.to_owned(),
        severity: "high".to_owned(),
        summary: summary.to_owned(),
        ..Row::default()
    }
}

#[test]
fn what_clients_send_is_text_on_every_page() {
    let hostile = "\"><script>alert(1)</script>";
    let frame = Frame::new(Language::English, Here::Analyses, 0, true);
    let rows = vec![row(hostile, hostile)];
    let list_of = List {
        rows: rows.clone(),
        remembers: true,
        dataset: hostile.to_owned(),
        next: Some(hostile.to_owned()),
        ..List::default()
    };
    let change = Change {
        code: hostile.to_owned(),
        change: "new",
        before: None,
        after: Some(State {
            description: hostile.to_owned(),
            ..State::default()
        }),
    };
    let pages = [
        list(&frame, &list_of),
        home(
            &frame,
            &Home {
                recent: rows.clone(),
                remembers: true,
                ..Home::default()
            },
        ),
        compare(
            &frame,
            &Compare {
                before: row(hostile, hostile),
                after: row(hostile, hostile),
                changes: vec![change],
            },
        ),
        trouble(
            &frame,
            &Trouble {
                detail: hostile.to_owned(),
                found: Some(hostile.to_owned()),
                ..Trouble::default()
            },
        ),
        sign_in(
            &frame,
            &SignIn {
                why: hostile.to_owned(),
                next: hostile.to_owned(),
                go_on: true,
                provider: true,
                ..SignIn::default()
            },
        ),
        knowledge(
            &frame,
            &Knowledge {
                question: hostile.to_owned(),
                passages: Some(vec![Passage {
                    text: hostile.to_owned(),
                    url: "javascript:alert(1)".to_owned(),
                    source: "s".to_owned(),
                    ..Passage::default()
                }]),
                ..Knowledge::default()
            },
        ),
        agents(
            &frame,
            &Agents {
                error: Some(hostile.to_owned()),
                refused: vec![(hostile.to_owned(), hostile.to_owned())],
                ..Agents::default()
            },
        ),
    ];
    for page in pages {
        let page = page.unwrap();
        assert_eq!(
            page.matches("<script").count(),
            1,
            "the script of the page and no other: {page}"
        );
        assert!(
            page.contains("alert(1)") && !page.contains("href=\"javascript"),
            "{page}"
        );
    }
}

#[test]
fn a_list_shows_the_first_sentence_and_the_minute() {
    let one = row("a", "Fix first: a leak (confidence 99 %). Then more.");
    assert_eq!(one.brief(), "Fix first: a leak (confidence 99 %).");
    assert_eq!(one.when(), "2026-05-28 20:26 UTC");
    assert!(row("a", &"x".repeat(1000)).brief().chars().count() < 300);
}

#[test]
fn links_are_relative_so_that_a_proxy_may_put_them_below_a_path() {
    let content = List {
        remembers: true,
        rows: vec![row("a", "b")],
        ..List::default()
    };
    let page = list(&Frame::new(Language::French, Here::Analyses, 0, false), &content).unwrap();
    assert!(!page.contains("href=\"/") && !page.contains("action=\"/"), "{page}");
    assert!(
        page.contains("lang=\"fr\"") && page.contains("aria-current=\"page\">Historique"),
        "{page}"
    );
}
