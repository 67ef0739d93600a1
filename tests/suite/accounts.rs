//! Who may come in: passwords, lock-out, sessions, and the guard before every route, over a real socket.

use crate::cli;
use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use firstline::{
    account::{self, Role, password},
    app::{
        App,
        accounts::{self, Newcomer, SignIn},
    },
    clock,
    store::{Sqlite, Store},
    web::{
        guard::Guard,
        session::COOKIE,
        sign_in,
        who::{Entrance, Forbidden, Mode, Who, may_listen},
    },
};
use jiff::{SignedDuration, Timestamp, ToSpan};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

const PASSWORD: &str = "correct horse battery";

fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

fn noon() -> Timestamp {
    at("2026-11-21T12:00:00Z")
}

async fn person(store: &dyn Store, login: &str, role: Role) {
    let newcomer = Newcomer { login, name: "Kim", role, tier: "tier-2" };
    accounts::add(store, newcomer, PASSWORD).await.expect("it is new");
}

// Passwords, lock-out, roles

#[test]
fn a_password_is_verified_against_its_own_hash_alone() {
    let (one, other) = (password::hash(PASSWORD).expect("hashed"), password::hash(PASSWORD).expect("hashed"));
    assert_ne!(one, other, "each has its salt");
    assert!(!one.contains(PASSWORD));
    assert!(password::verify(PASSWORD, &one) && password::verify(PASSWORD, &other));
    assert!(!password::verify("correct horse batterY", &one));
    assert!(!password::verify("", &one));
    assert!(!password::verify(PASSWORD, "") && !password::verify("", "$argon2id$"));
}

#[test]
fn nobodys_hash_costs_what_others_do() {
    let hash = password::hash(PASSWORD).expect("hashed");
    let parts = |hash: &str| hash.split('$').map(str::to_owned).collect::<Vec<_>>();
    let (hash, nobodys) = (parts(&hash), parts(password::NOBODYS));
    assert_eq!(hash[..4], nobodys[..4], "algorithm, version and costs");
    assert_eq!(hash[3], "m=19456,t=2,p=1");
    assert_eq!([hash[4].len(), hash[5].len()], [nobodys[4].len(), nobodys[5].len()]);
}

#[test]
fn passwords_have_rules() {
    for (password, fits) in [
        ("123456789", false),
        ("1234567890", true),
        ("äöüäöüäöü", false),
        ("Jo.Doe@example.com", false),
        ("jo.doe@example.com1", true),
    ] {
        assert_eq!(password::check("jo.doe@example.com", password).is_ok(), fits, "{password}");
    }
    assert!(password::check("jo", &"x".repeat(1024)).is_ok());
    assert!(password::check("jo", &"x".repeat(1025)).is_err());
}

#[test]
fn waits_double_up_to_an_hour() {
    let wait = |failures| account::locked_until(failures, noon()).map(|until| until.duration_since(noon()).as_mins());
    assert_eq!((0..5).filter_map(wait).count(), 0);
    assert_eq!((5..13).filter_map(wait).collect::<Vec<_>>(), [1, 2, 4, 8, 16, 32, 60, 60]);
    assert_eq!(wait(u32::MAX), Some(60));
    assert_eq!(account::locked_until(9, Timestamp::MAX), Some(Timestamp::MAX));
}

#[test]
fn a_role_may_all_that_lesser_ones_may() {
    let may =
        |role: Role| [role.may_author(), role.may_lead(), role.may_administer()].iter().filter(|may| **may).count();
    assert_eq!(Role::ALL.map(may), [0, 1, 2, 3]);
    for role in Role::ALL {
        assert_eq!(role.to_string().parse(), Ok(role));
    }
    assert!("root".parse::<Role>().is_err());
}

#[test]
fn logins_are_folded() {
    assert_eq!(account::login(" Jo.Doe@Example.COM "), Ok("jo.doe@example.com".into()));
    for bad in ["", "  ", "a b", "a/b", "a\n", "<b>", &"x".repeat(65)] {
        assert_eq!(account::login(bad).is_err(), bad != "a\n", "{bad:?}");
    }
}

// Signing in

#[tokio::test]
async fn five_failures_lock_and_the_right_password_does_not_unlock() {
    let store = store().await;
    person(&*store, "kim", Role::Agent).await;
    let try_it = async |password: &str, now| accounts::sign_in(&*store, "KIM", password, now).await;
    for _ in 0..4 {
        assert!(matches!(try_it("wrong", noon()).await, Err(SignIn::Wrong)));
    }
    assert_eq!(try_it(PASSWORD, noon()).await.expect("four are forgiven").login, "kim");
    for _ in 0..5 {
        assert!(matches!(try_it("wrong", noon()).await, Err(SignIn::Wrong)));
    }
    let until = at("2026-11-21T12:01:00Z");
    for (password, now) in [("wrong", noon()), (PASSWORD, noon()), (PASSWORD, until - 1.second())] {
        assert!(matches!(try_it(password, now).await, Err(SignIn::Locked { until: said }) if said == until));
    }
    assert!(matches!(try_it("wrong", until).await, Err(SignIn::Wrong)));
    assert!(matches!(try_it(PASSWORD, until + 1.minute()).await, Err(SignIn::Locked { .. })), "two minutes");
    let person = try_it(PASSWORD, until + 2.minutes()).await.expect("it is over");
    assert_eq!((person.failures, person.locked_until), (0, None));
    assert_eq!(store.person("kim").await.expect("read"), Some(person));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_made_at_once_count_as_many() {
    let store = store().await;
    person(&*store, "kim", Role::Agent).await;
    let guesses: Vec<_> = (0..12)
        .map(|n| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { accounts::sign_in(&*store, "kim", &format!("guess {n}"), noon()).await })
        })
        .collect();
    let (mut wrong, mut locked) = (0, 0);
    for guess in guesses {
        match guess.await.expect("no panic") {
            Err(SignIn::Wrong) => wrong += 1,
            Err(SignIn::Locked { .. }) => locked += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((wrong, locked), (5, 7));
    assert_eq!(store.person("kim").await.expect("read").expect("there").failures, 5);
}

#[tokio::test]
async fn an_unknown_login_takes_as_long_as_a_known_one() {
    let store = store().await;
    person(&*store, "kim", Role::Agent).await;
    let fastest = async |login: &str| {
        let mut fastest = Duration::MAX;
        for _ in 0..4 {
            let start = Instant::now();
            assert!(matches!(accounts::sign_in(&*store, login, "wrong", noon()).await, Err(SignIn::Wrong)));
            fastest = fastest.min(start.elapsed());
        }
        fastest
    };
    let (known, unknown, impossible) = (fastest("kim").await, fastest("nobody").await, fastest("a b").await);
    assert!(unknown > known / 4 && impossible > known / 4, "{known:?} {unknown:?} {impossible:?}");
}

#[tokio::test]
async fn who_is_turned_off_stays_out() {
    let store = store().await;
    person(&*store, "kim", Role::Agent).await;
    accounts::set_disabled(&*store, "kim", true).await.expect("done");
    assert!(matches!(accounts::sign_in(&*store, "kim", PASSWORD, noon()).await, Err(SignIn::Wrong)));
    accounts::set_disabled(&*store, "kim", false).await.expect("done");
    assert!(accounts::sign_in(&*store, "kim", PASSWORD, noon()).await.is_ok());
    assert!(matches!(accounts::set_disabled(&*store, "jo", true).await, Err(accounts::Error::Unknown(_))));
    let again = Newcomer { login: "Kim", name: "", role: Role::Admin, tier: "tier-1" };
    assert!(matches!(accounts::add(&*store, again, PASSWORD).await, Err(accounts::Error::Store(_))));
}

#[test]
fn others_are_served_with_accounts_only() {
    let listen = |address: &str, public, accounts| {
        may_listen(address.parse().expect("an address"), public, accounts).map_err(|why| {
            assert!(why.contains("firstline user add NAME --role admin"), "{why}");
        })
    };
    for local in ["127.0.0.1:8080", "127.1.2.3:80", "[::1]:8080"] {
        assert_eq!(listen(local, None, false), Ok(Mode::Local));
        assert_eq!(listen(local, Some("http://localhost:8080"), false), Ok(Mode::Local));
        assert_eq!(listen(local, Some("https://desk.example.com"), false), Err(()));
        assert_eq!(listen(local, Some("https://desk.example.com"), true), Ok(Mode::Accounts));
        assert_eq!(listen(local, None, true), Ok(Mode::Accounts));
    }
    for open in ["0.0.0.0:8080", "[::]:8080", "192.168.1.2:80", "[::ffff:127.0.0.1]:80"] {
        assert_eq!(listen(open, None, false), Err(()));
        assert_eq!(listen(open, Some("http://localhost"), false), Err(()));
        assert_eq!(listen(open, None, true), Ok(Mode::Accounts));
    }
}

// Over a socket

struct Console {
    address: SocketAddr,
    store: Arc<dyn Store>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Console {
    fn drop(&mut self) {
        self.server.abort();
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HashMap<String, String>,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The session's cookie as a browser sends it back.
    fn cookie(&self) -> String {
        let set = self.header("set-cookie");
        assert!(set.starts_with(&format!("{COOKIE}=")), "{self:?}");
        set.split(';').next().expect("a first part").to_owned()
    }
}

impl Console {
    async fn new(listen: &str, public: Option<&str>, people: &[(&str, Role)]) -> Self {
        let store = store().await;
        for (login, role) in people {
            person(&*store, login, *role).await;
        }
        let (listen, accounts) = (listen.parse().expect("an address"), !people.is_empty());
        let mode = may_listen(listen, public, accounts).expect("it may");
        let app = App::open(Arc::clone(&store), &PathBuf::from("nowhere"), None).await.expect("the starter desk");
        let routes = Router::new()
            .route("/page", get(async |who: Who| format!("{}|{:?}|{}|{}", who.name, who.login, who.role, who.tier)))
            .route("/token", get(async |who: Who| who.token))
            .route("/healthz", get(async || "fine"))
            .route("/open", get(async |who: Option<Who>| who.map_or("nobody".into(), |who| who.name)))
            .route("/break", get(async || -> String { panic!("this test breaks a page") }))
            .route("/write", post(async |who: Who, body: String| format!("{} wrote {}", who.name, body.len())))
            .route("/may/{what}", post(may))
            .merge(sign_in::routes())
            .with_state(Entrance { app, mode });
        let router = Guard::new(listen, public).expect("a link").protect(routes, Arc::clone(&store));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("served") });
        Self { address, store, server }
    }

    async fn local() -> Self {
        Self::new("127.0.0.1:8080", None, &[]).await
    }

    async fn with_kim() -> Self {
        Self::new("127.0.0.1:8080", None, &[("kim", Role::Agent)]).await
    }

    /// One request with exactly these headers.
    async fn raw(&self, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = format!("{line} HTTP/1.1\r\nconnection: close\r\n");
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        if !line.starts_with("GET") {
            request += &format!("content-length: {}\r\n", body.len());
        }
        request += "\r\n";
        request += body;
        let address = self.address;
        let answer = tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).expect("it listens");
            // A refusal may come before all is sent.
            let _ = stream.write_all(request.as_bytes());
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer);
            String::from_utf8_lossy(&answer).into_owned()
        });
        let answer = answer.await.expect("no panic");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
        let (status, headers) = head.split_once("\r\n").expect("a status line");
        Answer {
            status: status.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status"),
            headers: headers
                .lines()
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect(),
            body: body.to_owned(),
        }
    }

    /// As a browser does it from our own page.
    async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.raw(&format!("GET {path}"), &[("host", "localhost:8080"), ("cookie", cookie)], "").await
    }

    async fn post(&self, path: &str, cookie: &str, fields: &str) -> Answer {
        let headers = [
            ("host", "localhost:8080"),
            ("origin", "http://localhost:8080"),
            ("sec-fetch-site", "same-origin"),
            ("cookie", cookie),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.raw(&format!("POST {path}"), &headers, fields).await
    }

    /// The cookie and the form token of a fresh sign-in.
    async fn sign_in(&self, login: &str) -> (String, String) {
        let fields = format!("login={login}&password={}&to=/page", PASSWORD.replace(' ', "+"));
        let answer = self.post("/sign-in", "", &fields).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/page"), "{answer:?}");
        let cookie = answer.cookie();
        let token = self.get("/token", &cookie).await.body;
        assert_eq!(token.len(), 32, "{token}");
        (cookie, token)
    }
}

async fn may(who: Who, Path(what): Path<String>) -> Result<String, Forbidden> {
    who.must(if what == "author" { Role::may_author } else { Role::may_administer })?;
    Ok("done".into())
}

#[tokio::test(flavor = "multi_thread")]
async fn only_names_of_this_console_are_answered() {
    let local = Console::local().await;
    let proxied = Console::new("127.0.0.1:8080", Some("https://Desk.example.com/"), &[("kim", Role::Agent)]).await;
    let open = Console::new("0.0.0.0:8080", None, &[("kim", Role::Agent)]).await;
    for (host, on_local, on_proxied, on_open) in [
        ("localhost", true, true, true),
        ("localhost:8080", true, true, true),
        ("LOCALHOST:1", true, true, true),
        ("127.0.0.1:8080", true, true, true),
        ("[::1]:8080", true, true, true),
        ("desk.example.com", false, true, true),
        ("desk.example.com:443", false, true, true),
        ("evil.example", false, false, true),
        ("evil.example:8080", false, false, true),
        ("localhost.evil.example", false, false, true),
        ("127.0.0.1.evil.example", false, false, true),
        ("evil.example@localhost", false, false, true),
        ("localhost.", false, false, true),
        ("127.0.0.2", false, false, true),
    ] {
        for (console, may) in [(&local, on_local), (&proxied, on_proxied), (&open, on_open)] {
            for line in ["GET /open", "POST /write"] {
                let status = console.raw(line, &[("host", host)], "").await.status;
                assert_eq!(status != 421, may, "{host}: {line} got {status}");
            }
            assert_eq!(console.raw("GET /healthz", &[("host", host)], "").await.status, 200, "{host}");
        }
    }
    assert_ne!(local.raw("GET /open", &[], "").await.status, 200, "no name");
    let twice = [("host", "localhost"), ("host", "evil.example")];
    assert_ne!(local.raw("GET /open", &twice, "").await.status, 200);
    let elsewhere = local.raw("GET http://evil.example/open", &[("host", "localhost")], "").await;
    assert_eq!(elsewhere.status, 421);
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_from_other_web_pages_do_nothing() {
    let local = Console::local().await;
    let host = ("host", "localhost:8080");
    for (headers, status) in [
        (vec![], 200),
        (vec![("origin", "http://localhost:8080")], 200),
        (vec![("origin", "http://localhost:8080"), ("sec-fetch-site", "same-origin")], 200),
        (vec![("sec-fetch-site", "none")], 200),
        (vec![("origin", "http://evil.example")], 403),
        (vec![("origin", "http://localhost:3000")], 403),
        (vec![("origin", "http://127.0.0.1:8080")], 403),
        (vec![("origin", "null")], 403),
        (vec![("origin", "file://")], 403),
        (vec![("sec-fetch-site", "cross-site")], 403),
        (vec![("sec-fetch-site", "same-site")], 403),
        (vec![("origin", "http://localhost:8080"), ("sec-fetch-site", "cross-site")], 403),
        (vec![("origin", "http://evil.example"), ("sec-fetch-site", "cross-site")], 403),
    ] {
        for line in ["POST /write", "PUT /write", "DELETE /write", "POST /me", "POST /nowhere"] {
            let answer = local.raw(line, &[&[host], &headers[..]].concat(), "").await;
            assert_eq!(answer.status == 403, status == 403, "{line} {headers:?}: {answer:?}");
        }
        let answer = local.raw("GET /page", &[&[host], &headers[..]].concat(), "").await;
        assert_eq!(answer.status, 200, "reading is no write: {headers:?}");
    }
    let kim = [("kim", Role::Agent)];
    let proxied = Console::new("127.0.0.1:8080", Some("https://desk.example.com:443"), &kim).await;
    // The proxy asks under its own name for the console's.
    let through = [host, ("origin", "https://desk.example.com")];
    assert_eq!(proxied.raw("POST /write", &through, "").await.status, 401, "not foreign, but nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_headers() {
    let console = Console::with_kim().await;
    for (line, status) in [
        ("GET /open", 200),
        ("GET /sign-in", 200),
        ("GET /page", 303),
        ("GET /nowhere", 404),
        ("GET /break", 500),
        ("POST /write", 401),
    ] {
        let answer = console.raw(line, &[("host", "localhost")], "").await;
        assert_eq!(answer.status, status, "{line}");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; ") && policy.ends_with("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("  "), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("strict-transport-security"), "", "not on plain http");
        assert_eq!(answer.header("set-cookie"), "", "nobody gets a session for asking");
    }
    let local = console.raw("POST /write", &[("host", "evil.example")], "").await;
    assert_eq!((local.status, local.header("x-content-type-options")), (421, "nosniff"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_is_out_of_reach_of_scripts_and_of_plain_http() {
    let kim = [("kim", Role::Agent)];
    let fields = format!("login=kim&password={}", PASSWORD.replace(' ', "+"));
    for (listen, public, secure, https) in [
        ("127.0.0.1:8080", None, false, false),
        ("127.0.0.1:8080", Some("https://desk.example.com"), true, true),
        ("0.0.0.0:8080", None, true, false),
        ("0.0.0.0:8080", Some("http://desk.lan"), false, false),
    ] {
        let console = Console::new(listen, public, &kim).await;
        let answer = console.post("/sign-in", "", &fields).await;
        let cookie = answer.header("set-cookie").to_owned();
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"),
            "{cookie}"
        );
        assert!(cookie.contains("Max-Age=43"), "about twelve hours: {cookie}");
        assert_eq!(cookie.contains("Secure"), secure, "{listen} {public:?}: {cookie}");
        assert_eq!(!answer.header("strict-transport-security").is_empty(), https);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_to_sign_in_and_back() {
    let console = Console::with_kim().await;
    let answer = console.get("/page?a=1&b=%2F", "").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/sign-in?to=/page%3Fa%3D1%26b%3D%252F"));
    let page = console.get("/sign-in?to=/page%3Fa%3D1%26b%3D%252F", "").await;
    let body = page.body.replace("&#x2f;", "/");
    assert!(body.contains("value=\"/page?a=1&amp;b=%2F\""), "{body}");
    for (to, lands) in [
        ("/page?a=1", "/page?a=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/%09/evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ] {
        let fields = format!("login=kim&password={}&to={to}", PASSWORD.replace(' ', "+"));
        let answer = console.post("/sign-in", "", &fields).await;
        assert_eq!((answer.status, answer.header("location")), (303, lands), "{to}");
    }
    let page = console.get("/sign-in?to=/%22%3E%3Cscript%3E", "").await;
    assert!(!page.body.contains("<script>"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_says_nothing_of_who_exists() {
    let console = Console::with_kim().await;
    let start = Instant::now();
    let wrong = console.post("/sign-in", "", "login=kim&password=wrong").await;
    let unknown = console.post("/sign-in", "", "login=nobody&password=wrong").await;
    assert!(start.elapsed() >= Duration::from_secs(1), "each waits");
    assert_eq!((wrong.status, &wrong.body), (401, &unknown.body));
    for _ in 0..4 {
        console.post("/sign-in", "", "login=kim&password=wrong").await;
    }
    let fields = format!("login=kim&password={}", PASSWORD.replace(' ', "+"));
    let locked = console.post("/sign-in", "", &fields).await;
    assert_eq!((locked.status, &locked.body), (401, &wrong.body));
    assert_eq!(locked.header("set-cookie"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_knows_sessions_by_a_hash_and_sign_in_gives_a_new_id() {
    let console = Console::with_kim().await;
    let (cookie, token) = console.sign_in("kim").await;
    let id = cookie.split_once('=').expect("name and value").1;
    let hash: String = Sha256::digest(id).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(console.store.session(id, clock::now()).await.expect("read"), None);
    let kept = console.store.session(&hash, clock::now()).await.expect("read").expect("it is there");
    assert!(!kept.data.contains(id));
    assert_eq!(console.get("/page", &cookie).await.body, "Kim|Some(\"kim\")|agent|tier-2");

    // A session that somebody planted is not the one that the sign-in makes.
    let fields = format!("login=kim&password={}", PASSWORD.replace(' ', "+"));
    for planted in [cookie.as_str(), "firstline=AAAAAAAAAAAAAAAAAAAAAA", "firstline=nonsense"] {
        let fresh = console.post("/sign-in", planted, &fields).await.cookie();
        assert_ne!(fresh, planted);
        assert_eq!(console.get("/page", planted).await.status, 303, "{planted}");
        assert_eq!(console.get("/page", &fresh).await.status, 200);
        assert_ne!(console.get("/token", &fresh).await.body, token);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends() {
    let console = Console::with_kim().await;
    let works = async |cookie: &str| console.get("/page", cookie).await.status == 200;

    let (cookie, token) = console.sign_in("kim").await;
    assert_eq!(console.post("/sign-out", &cookie, "").await.status, 403, "without the token");
    assert!(works(&cookie).await);
    let out = console.post("/sign-out", &cookie, &format!("token={token}")).await;
    assert_eq!((out.status, out.header("location")), (303, "/sign-in"));
    assert!(!works(&cookie).await, "signed out");

    let (cookie, _) = console.sign_in("kim").await;
    accounts::set_disabled(&*console.store, "kim", true).await.expect("done");
    assert!(!works(&cookie).await, "turned off");
    accounts::set_disabled(&*console.store, "kim", false).await.expect("done");
    assert!(!works(&cookie).await, "and on again");

    let (cookie, _) = console.sign_in("kim").await;
    accounts::set_role(&*console.store, "kim", Role::Lead, Some("tier-3")).await.expect("done");
    assert!(!works(&cookie).await, "another role");

    let ((one, token), (other, _)) = (console.sign_in("kim").await, console.sign_in("kim").await);
    assert_eq!(console.get("/page", &one).await.body, "Kim|Some(\"kim\")|lead|tier-3");
    let change = |old: &str| format!("token={token}&old={}&new=another+password", old.replace(' ', "+"));
    assert_eq!(console.post("/password", &one, &change("wrong")).await.status, 403);
    assert!(works(&one).await && works(&other).await);
    assert_eq!(console.post("/password", &one, &change(PASSWORD)).await.status, 303);
    assert!(!works(&one).await && !works(&other).await, "another password");
    assert!(accounts::sign_in(&*console.store, "kim", "another password", clock::now()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_lives_twelve_hours_idle_and_seven_days_at_most() {
    let console = Console::with_kim().await;
    for (ago, works, touched) in [(0, true, false), (1, true, true), (7 * 24 - 1, true, true), (7 * 24, false, false)] {
        let (cookie, _) = console.sign_in("kim").await;
        let id = cookie.split_once('=').expect("name and value").1;
        let hash: String = Sha256::digest(id).iter().map(|byte| format!("{byte:02x}")).collect();
        let mut kept = console.store.session(&hash, clock::now()).await.expect("read").expect("it is there");
        let mut data: serde_json::Value = serde_json::from_str(&kept.data).expect("JSON");
        let then = clock::now() - SignedDuration::from_hours(ago);
        data["signed"]["since"] = then.to_string().into();
        data["signed"]["seen"] = then.to_string().into();
        let soon = clock::now() + SignedDuration::from_mins(5);
        (kept.data, kept.expires) = (data.to_string(), soon);
        console.store.keep_session(&kept).await.expect("kept");
        let answer = console.get("/page", &cookie).await;
        assert_eq!(answer.status == 200, works, "{ago} h");
        assert_eq!(answer.header("set-cookie").contains("Max-Age=43"), touched, "{ago} h: {answer:?}");
        let after = console.store.session(&hash, clock::now()).await.expect("read");
        assert_eq!(after.is_some_and(|session| session.expires > soon), touched, "{ago} h");
        assert_eq!(console.store.session(&hash, soon + 12.hours()).await.expect("read"), None, "idle for long");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_somebody_signed_in_carries_the_token() {
    let console = Console::with_kim().await;
    let (cookie, token) = console.sign_in("kim").await;
    let (_, foreign) = console.sign_in("kim").await;
    for (fields, status) in [
        (format!("token={token}"), 200),
        (format!("note=a%26b&token={token}&x="), 200),
        (String::new(), 403),
        ("token=".to_owned(), 403),
        (format!("token={foreign}"), 403),
        (format!("token={foreign}&token={token}"), 403),
        (format!("Token={token}"), 403),
        (format!("{{\"token\":\"{token}\"}}"), 403),
    ] {
        let answer = console.post("/write", &cookie, &fields).await;
        assert_eq!(answer.status, status, "{fields}");
        if status == 200 {
            assert_eq!(answer.body, format!("Kim wrote {}", fields.len()), "the handler gets it all");
        }
    }
    let send = async |headers: &[(&str, &str)], body: &str| {
        let all = [&[("host", "localhost"), ("cookie", cookie.as_str())], headers].concat();
        console.raw("POST /write", &all, body).await.status
    };
    let part =
        |name: &str, value: &str| format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let multipart = [("content-type", "multipart/form-data; boundary=b")];
    let file = part("file", &"x".repeat(3 << 20));
    for (body, status) in [
        (format!("{}{file}--b--\r\n", part("token", &token)), 200),
        (format!("{file}{}--b--\r\n", part("token", &token)), 200),
        (format!("{}{file}--b--\r\n", part("token", &foreign)), 403),
        (format!("{file}--b--\r\n"), 403),
        (part("token", &token).replace("token", "x"), 403),
        (String::new(), 403),
    ] {
        assert_eq!(send(&multipart, &body).await, status, "{}", &body[..body.len().min(90)]);
    }
    assert_eq!(send(&[("x-token", &token), ("content-type", "application/json")], "{}").await, 200);
    assert_eq!(send(&[("x-token", &foreign), ("content-type", "application/json")], "{}").await, 403);
    assert_eq!(send(&[("x-token", &token)], &"x".repeat((16 << 20) + 1)).await, 413, "too large");
    assert_eq!(console.post("/sign-in", &cookie, "login=kim&password=wrong").await.status, 401, "it needs none");
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_kept_to() {
    let console = Console::new("127.0.0.1:8080", None, &[("kim", Role::Agent), ("ann", Role::Author)]).await;
    for (login, what, status) in [("kim", "author", 403), ("ann", "author", 200), ("ann", "administer", 403)] {
        let (cookie, token) = console.sign_in(login).await;
        let answer = console.post(&format!("/may/{what}"), &cookie, &format!("token={token}")).await;
        assert_eq!(answer.status, status, "{login} {what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sits_at_the_computer_says_who_they_are_until_there_is_an_account() {
    let console = Console::local().await;
    let page = console.get("/page", "").await;
    assert_eq!((page.status, page.header("set-cookie")), (200, ""));
    assert!(page.body.ends_with("|None|admin|tier-1"), "{}", page.body);

    assert_eq!(console.post("/me", "", "name=Lee&tier=tier-99").await.status, 422);
    let me = console.post("/me", "", "name=+Lee%0A+&tier=tier-2&to=/page").await;
    assert_eq!((me.status, me.header("location")), (303, "/page"));
    let cookie = me.cookie();
    assert_eq!(console.get("/page", &cookie).await.body, "Lee|None|admin|tier-2");
    assert_eq!(console.post("/write", &cookie, "a=b").await.body, "Lee wrote 3");
    assert_eq!(
        console.get("/sign-in?to=/page", "").await.header("location"),
        "/page",
        "there is nothing to sign in to"
    );

    for proxy in ["forwarded", "via", "x-forwarded-for", "x-real-ip"] {
        let answer = console.raw("GET /page", &[("host", "localhost"), (proxy, "10.0.0.1")], "").await;
        assert_eq!(answer.status, 403, "{proxy}");
        assert!(answer.body.contains("firstline user add"), "{}", answer.body);
    }

    person(&*console.store, "kim", Role::Admin).await;
    assert_eq!(console.get("/page", &cookie).await.status, 303, "from the first account on");
    assert_eq!(console.get("/open", "").await.body, "nobody");
    assert_eq!(console.post("/me", &cookie, "name=Kim").await.status, 401);
    let (signed, token) = console.sign_in("kim").await;
    assert_eq!(console.get("/page", &signed).await.body, "Kim|Some(\"kim\")|admin|tier-2");
    assert_eq!(console.post("/me", &signed, &format!("name=Lee&token={token}")).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_breaks_breaks_alone() {
    let console = Console::local().await;
    let broken = console.get("/break", "").await;
    assert_eq!(broken.status, 500);
    assert!(!broken.body.contains("this test breaks a page"), "{}", broken.body);
    assert_eq!(console.get("/page", "").await.status, 200);
}

#[test]
fn a_link_is_a_link() {
    let listen = "127.0.0.1:8080".parse().expect("an address");
    for bad in ["", "desk.example.com", "/desk", "ftp://desk.example.com", "https://", "https:///x"] {
        assert!(Guard::new(listen, Some(bad)).is_err(), "{bad}");
    }
    let warning = |listen: &str, public| {
        let guard = Guard::new(listen.parse().expect("an address"), public).expect("a link");
        guard.warning().map_or("", |warning| warning.split_once("plain").expect("plain http").0)
    };
    assert_eq!(warning("127.0.0.1:80", None), "");
    assert_eq!(warning("127.0.0.1:80", Some("http://localhost")), "");
    assert_eq!(warning("127.0.0.1:80", Some("http://desk.lan")), "people sign in over ");
    assert_eq!(warning("0.0.0.0:80", None), "nobody can sign in over ");
    assert_eq!(warning("0.0.0.0:80", Some("https://desk.example.com")), "");
    assert_eq!(
        Guard::new(listen, Some("https://Desk.example.com:443/")),
        Guard::new(listen, Some("https://desk.example.com"))
    );
    assert_ne!(
        Guard::new(listen, Some("https://desk.example.com:8443")),
        Guard::new(listen, Some("https://desk.example.com"))
    );
}

// The command line

#[test]
fn the_command_line_keeps_accounts() {
    let folder = cli::folder("accounts-cli");
    let user = |arguments: &[&str], input: &str, code: i32| {
        let output = cli::run(&folder, &[&["--data", "data", "user"], arguments].concat(), input);
        let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}{error}");
        assert!(!out.contains("secret") && !error.contains("secret"), "{out}{error}");
        (out.into_owned(), error.into_owned())
    };
    assert!(user(&["list"], "", 0).1.contains("nobody has an account"));
    let (_, said) = user(&["add", "Kim", "--role", "admin"], "secret secret\r\nmore\n", 0);
    assert_eq!(said, "`kim` may sign in as admin, tier-1\nfrom here on everybody signs in, on this computer too\n");
    cli::write(&folder, "password", "secret of jo\n");
    let jo = ["add", "jo", "--name", "Jo Doe", "--tier", "tier-2", "--password-file", "password"];
    assert_eq!(user(&jo, "", 0).1, "`jo` may sign in as agent, tier-2\n");
    assert_eq!(user(&jo, "", 2).1, "error: `jo` exists already\n");
    user(&["disable", "jo"], "", 0);
    assert_eq!(user(&["list"], "", 0).0, "jo   agent   tier-2  Jo Doe  disabled\nkim  admin   tier-1  kim\n");
    user(&["enable", "JO"], "", 0);
    user(&["role", "jo", "lead"], "", 0);
    user(&["role", "kim", "admin", "--tier", "tier-3"], "", 0);
    assert_eq!(user(&["list"], "", 0).0, "jo   lead    tier-2  Jo Doe\nkim  admin   tier-3  kim\n");
    user(&["password", "kim"], "secret another\n", 0);
    assert!(!user(&["list"], "", 0).0.contains("disabled"));
    for (arguments, input, says) in [
        (&["add", "lee"][..], "short\n", "at least 10 characters"),
        (&["add", "lee"], "", "at least 10 characters"),
        (&["add", "l e e"], "long enough\n", "a login has"),
        (
            &["add", "lee", "--tier", "tier-9"],
            "long enough\n",
            "the desk has no tier `tier-9`; there are `self-service`, ",
        ),
        (&["add", "lee", "--role", "root"], "long enough\n", "there is no role `root`; there are `agent`, "),
        (&["add", "lee", "--password-file", "nowhere"], "", "cannot read `nowhere`"),
        (&["password", "lee"], "long enough\n", "there is no user `lee`; `firstline user list` names them"),
        (&["role", "jo", "lead", "--tier", "tier-9"], "", "the desk has no tier `tier-9`"),
        (&["disable", "lee"], "", "there is no user `lee`"),
    ] {
        let said = user(arguments, input, 2).1;
        assert!(said.contains(says), "{arguments:?}: {said}");
    }

    let other = ["--data", "other", "user", "add", "kim"];
    let alone = cli::run(&folder, &other, "long enough\n");
    assert!(String::from_utf8_lossy(&alone.stderr).contains("nobody is an admin yet"), "{alone:?}");

    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = Sqlite::open(&folder.join("data")).await.expect("it opens");
        for (login, password, may) in
            [("kim", "secret another", true), ("kim", "secret secret", false), ("jo", "secret of jo", true)]
        {
            assert_eq!(accounts::sign_in(&store, login, password, noon()).await.is_ok(), may, "{login} {password}");
        }
        store.close().await;
    });
}

/// A store of its own.
async fn store() -> Arc<dyn Store> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let folder = cli::folder(&format!("accounts-{}", COUNT.fetch_add(1, Ordering::Relaxed)));
    Arc::new(Sqlite::open(&folder).await.expect("it opens"))
}
