//! Articles from outside: whatever lies in `kb/` is read or reported, and what pages show of it can do nothing.

use crate::{
    server::{Folder, Server},
    support::{checked, desk},
};
use firstline::{
    desk::{Desk, Target},
    diagnostic,
    kb::{self, Article},
    markdown::{self, PagePlace},
};
use proptest::{prelude::*, test_runner::RngSeed};

fn files(files: &[(&str, &[u8])]) -> Desk {
    Desk::build(files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect())
}

fn report(desk: &Desk) -> String {
    let findings = firstline::check::check(desk, crate::support::today());
    anstream::adapter::strip_str(&diagnostic::human(&findings, &desk.sources)).to_string()
}

fn shown(article: &Article) -> String {
    let place = PagePlace { top: 2, beside: false, link: &|to| Some(format!("/{to}")), image: &|_| None };
    markdown::page(&article.body, article.begins_with_title, &place)
}

#[test]
fn messy_files_are_read_or_reported() {
    let desk = files(&[
        ("kb/windows-1252.md", b"---\ntitle: Dr\xfccker\nowner: x\n---\nT\xfcr"),
        ("kb/crlf.md", b"\xef\xbb\xbf---\r\ntitle: Line ends\r\nsumary: x\r\nowner: y\r\n---\r\n# Line ends\r\n\r\nText [a](#b)\r\n"),
        ("kb/no header.md", b"Intro\n\n# The *first* heading\n"),
        ("kb/nothing.md", b""),
        ("kb/Only Words & More.MD", b"Just text"),
        ("kb/rule.md", b"---\n\nText under a rule\n"),
        ("kb/broken.md", b"---\ntitle: [a\nowner: x\n---\nStill an article"),
        ("kb/text.md", b"---\njust words\n---\nBody"),
        ("kb/empty-header.md", b"---\n---\n# Empty"),
        ("kb/unclosed.md", b"---\ntitle: No end\n\nBody"),
        ("kb/toml.md", b"+++\ntitle = \"T\"\n+++\n# Toml\n"),
        ("kb/hugo/_index.md", b"---\ntitle: Section\nweight: 1\n---\n"),
        ("kb/wiki/README.md", b"# Wiki\n\nSee [it](../hugo/) and [this](../wiki)."),
        ("kb/_drafts/x.md", b"# Not read"),
        ("kb/dots.md", b"---\ntitle: Dots\ntags: [a]\n...\nBody"),
        ("kb/page.md", b"<h1>Raw</h1><script>alert(1)</script><a href=\"#x\" onclick=x>y</a>"),
    ]);
    let titles: Vec<_> = desk
        .articles
        .values()
        .map(|article| format!("{}: {} | {}", article.id, article.title, article.body.trim()))
        .collect();
    insta::assert_snapshot!("messy_titles", titles.join("\n"));
    insta::assert_snapshot!("messy_findings", report(&desk));
}

#[test]
fn a_file_that_is_far_too_large_is_reported() {
    let desk = files(&[("kb/log.md", "x\n".repeat(600_000).as_bytes())]);
    assert!(desk.articles.is_empty());
    assert!(report(&desk).contains("this file is larger than 1024 KiB"));
}

#[test]
fn a_library_from_elsewhere_is_one_finding_of_each_kind() {
    let text = "---\ntitle: A\nms.author: b\n---\n:::image source=\"x\":::\n[a](/x/y) [b](/z)\n";
    let files: Vec<_> = (0..500).map(|n| (format!("kb/a{n}.md"), text.to_owned())).collect();
    let (_, findings) = checked(&files);
    let found: Vec<_> = findings.iter().map(|finding| (finding.rule.name, finding.message.as_str())).collect();
    assert_eq!(
        found,
        [
            ("foreign_header", "this header and those of 499 articles more are of another system"),
            ("foreign_markup", "this and 499 articles more have markup of another system: readers see it"),
            ("site_link", "this link and those of 499 articles more do not name their website"),
        ]
    );
}

#[test]
fn a_file_with_many_broken_links_does_not_drown_the_rest() {
    let links: String = (0..500).map(|n| format!("[x](nowhere-{n})\n")).collect();
    let (_, findings) = checked(&[("kb/a.md".into(), links), ("kb/b.md".into(), "[y](gone)".into())]);
    assert_eq!(findings.len(), 302);
    assert_eq!(findings.last().map(|finding| finding.message.as_str()), Some("`gone` leads to no article"));
}

#[test]
fn self_service_sees_no_expired_article_if_the_desk_says_so() {
    let article = |by: &str| format!("---\naudience: [self-service]\nreview_by: {by}\n---\n![x](p.png)\n");
    let all = |policy: &str, by: &str| {
        let files = [("desk.yaml", policy), ("kb/a.md", &article(by)), ("kb/p.png", ""), ("kb/q.png", "")];
        let desk = desk(&files.map(|(path, text)| (path.to_owned(), text.to_owned())));
        let today = crate::support::today();
        assert!(!desk.is_public_image("kb/q.png", today) && desk.images.contains_key("kb/q.png"));
        (desk.is_public(&desk.articles["a"], today), desk.is_public_image("kb/p.png", today))
    };
    assert_eq!(all("name: x\n", "2026-11-20"), (true, true));
    assert_eq!(all("expired_articles: hide\n", "2026-11-20"), (false, false));
    assert_eq!(all("expired_articles: hide\n", "2026-11-21"), (true, true));
    let (_, findings) = checked(&[("desk.yaml".into(), "expired_articles: perhaps\n".into())]);
    assert_eq!(findings.iter().map(|finding| finding.rule.name).collect::<Vec<_>>(), ["wrong_type"]);
}

#[test]
fn applies_to_hides_what_contradicts_a_fact() {
    let desk = files(&[("kb/a.md", b"---\napplies_to: {os: [windows, linux], device: laptop}\n---\nText")]);
    let article = &desk.articles["a"];
    let with = |facts: &[(&str, &'static str)]| {
        article.contradicts(|name| facts.iter().find(|(known, _)| *known == name).map(|(_, value)| *value))
    };
    assert_eq!([with(&[]), with(&[("os", "linux")]), with(&[("os", "macos")])], [false, false, true]);
    assert!(with(&[("os", "windows"), ("device", "phone")]) && !with(&[("room", "phone")]));
}

/// Pieces that Markdown and HTML are made of, so that chance finds their seams.
fn text() -> impl Strategy<Value = String> {
    let pieces = [
        "# ",
        "## ",
        "\n",
        "\n\n",
        "a",
        "ü 🎉",
        "[",
        "](",
        ")",
        "![",
        "#a",
        "other",
        "`",
        "```\n",
        "> [!NOTE]\n",
        "> ",
        "| a | b |\n|--|:-:|\n",
        "| x ",
        "- [ ] ",
        "1. ",
        "[^1]",
        "[^1]: ",
        "<a href=\"",
        "\">",
        "<img src=x alt=y",
        ">",
        "<",
        "</a>",
        "<details>",
        "<!--",
        "-->",
        "&amp;",
        "\\",
        "*",
        "__",
        "~~",
        "---\n",
        "title: x\n",
        "\t",
        "https://a.example/b",
        "<https://c>",
        "===\n",
        "\r\n",
        "\u{feff}",
        "=",
        "'",
        "\"",
        "<script>",
        "onclick=",
        "[x]: y\n",
        "    ",
        "+++\n",
        "{{< x >}}",
        ":::",
        "\u{0}",
    ];
    let pieces = prop::sample::select(pieces.to_vec());
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(2026),
        ..ProptestConfig::with_cases(1000)
    })]

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..200), text in text()) {
        for bytes in [&bytes[..], text.as_bytes()] {
            let desk = files(&[("kb/x.md", bytes), ("kb/y.md", b"# Y")]);
            report(&desk);
        }
    }

    #[test]
    fn places_are_those_of_what_they_name(text in text()) {
        let desk = files(&[("kb/x.md", text.as_bytes())]);
        for article in desk.articles.values() {
            let source = &desk.sources.0[article.file.0 as usize].text;
            prop_assert_eq!(&source[article.body_at as usize..], article.body.as_str());
            let headings = article.outline.headings.iter().map(|heading| &heading.at);
            let links = article.outline.links.iter().map(|link| &link.at);
            for at in headings.chain(links).chain(article.sections.iter().map(|section| &section.at)) {
                prop_assert!(article.body.get(at.clone()).is_some(), "{at:?}");
            }
            let (_, sections) = article.texts();
            prop_assert_eq!(sections.len(), article.sections.len());
        }
    }

    #[test]
    fn every_heading_can_be_linked(text in text()) {
        let desk = files(&[("kb/x.md", text.as_bytes())]);
        for article in desk.articles.values() {
            let html = shown(article);
            for heading in &article.outline.headings {
                let id = format!(" id=\"{}\"", heading.anchor);
                prop_assert_eq!(html.matches(&id).count(), 1, "{} in {}", id, html);
                prop_assert_eq!(article.anchor(&heading.anchor), Some(heading.anchor.as_str()));
            }
        }
    }

    #[test]
    fn no_text_acts(text in text()) {
        let desk = files(&[("kb/x.md", text.as_bytes())]);
        for article in desk.articles.values() {
            let html = shown(article);
            for tag in html.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(tag, _)| tag) {
                let names: String = tag.split('"').step_by(2).collect();
                prop_assert!(!names.contains("onclick") && !names.starts_with("script"), "{}", html);
            }
        }
    }
}

#[test]
fn pictures_are_served_and_nothing_else() {
    let folder = Folder::new();
    let drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    folder.write(&[
        ("desk/desk.yaml", "name: Desk\n"),
        ("desk/kb/a.md", "---\naliases: [old-a]\nowner: hardware\nreviewed: 2025-05-02\nreview_by: 2026-05-02\n---\n# A\n\n![Both lamps](pictures/two%20lamps.svg) ![Gone](gone.png)\n"),
        ("desk/kb/pictures/two lamps.svg", drawing),
        ("desk/kb/notes.txt", "no"),
        ("desk/kb/b.md", "---\naudience: [self-service]\n---\n![Open](open.png) [staff](a) [gone](gone)\n"),
        ("desk/kb/open.png", "png"),
    ]);
    let server = Server::start(&folder.path().join("data"), Some(&folder.path().join("desk")));
    let mut visitor = server.visitor();
    let answer = visitor.get("/images/pictures/two%20lamps.svg");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/svg+xml")));
    assert_eq!(answer.body, drawing);
    assert!(answer.header("content-security-policy").is_some_and(|policy| policy.contains("sandbox")));
    for path in
        ["notes.txt", "a.md", "gone.png", "..%2Fdesk.yaml", "../desk.yaml", "pictures", "", "pictures/two%20lamps.svg/"]
    {
        assert_eq!(visitor.get(&format!("/images/{path}")).status, 404, "{path}");
    }
    let page = visitor.get("/articles/old-a").body;
    assert!(
        page.contains("src=\"/images/pictures/two%20lamps.svg\" alt=\"Both lamps\"") && page.contains(" Gone</p>"),
        "{page}"
    );
    for words in
        ["Kept by Hardware.", "Last checked on 2 May 2025.", "Was to be reviewed by 2 May 2026.", "To be reviewed"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let open = visitor.get("/help/images/open.png");
    assert_eq!((open.status, open.header("content-type"), open.body.as_str()), (200, Some("image/png"), "png"));
    let [staff, none] =
        ["pictures/two%20lamps.svg", "gone.png"].map(|path| visitor.get(&format!("/help/images/{path}")));
    assert_eq!((staff.status, staff.body), (404, none.body));
    let page = visitor.get("/help/articles/b").body;
    assert!(page.contains("src=\"/help/images/open.png\"") && page.contains(" staff gone</p>"), "{page}");
}

#[test]
fn links_of_the_starter_desk_lead_somewhere() {
    let desk = firstline::app::starter();
    for article in desk.articles.values() {
        for link in &article.outline.links {
            assert_ne!(desk.target(Some(article), &link.target), Target::Nowhere, "{}: {}", article.id, link.target);
        }
    }
    assert_eq!(kb::id("kb/calm-an-upset-caller.md"), "calm-an-upset-caller");
}
