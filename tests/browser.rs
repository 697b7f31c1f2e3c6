//! The HTML reports in a real browser: Debian's Chromium, headless. A trial for each report and
//! colour scheme: `cargo test --test browser`.
//!
//! A page with a probe holds the report twice, as wide as a phone and as a desktop, and writes down
//! what a person would see. Without Chromium the trials are ignored, with the reason, or fail under
//! `BUCKETPAIR_REQUIRE=chromium`.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bucketpair::config::{Variables, environment};
use bucketpair::lag::{Asked, Censoring, OperationType, Shape, Synthetic};
use bucketpair::report::lag::LagReport;
use bucketpair::report::{html, lag};
use bucketpair::runner::{self, Settings};
use libtest_mimic::{Arguments, Failed, Trial};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::Value;

const PROBE: &str = include_str!("browser/probe.html");

/// How long a look may take: the machine may be busy with the other tests.
const DEADLINE: Duration = Duration::from_secs(120);

/// What WCAG 2 asks of text of ordinary size, level AA.
const CONTRAST: f64 = 4.5;

/// A colour scheme, as Chromium's setting and as the ground that the page then has.
#[derive(Debug, Clone, Copy)]
struct Scheme {
    name: &'static str,
    setting: u8,
    ground: &'static str,
}

const SCHEMES: [Scheme; 2] = [
    Scheme {
        name: "light",
        setting: 1,
        ground: "rgb(255, 255, 255)",
    },
    Scheme {
        name: "dark",
        setting: 0,
        ground: "rgb(20, 23, 26)",
    },
];

/// A report: its name, its page, words of its heading, and how many drawings it has.
type Report = (
    &'static str,
    fn() -> Result<String, Failed>,
    &'static str,
    u64,
);

const REPORTS: [Report; 2] = [
    ("scenarios", scenarios, "1 of 2 scenarios failed", 0),
    ("lag", || Ok(lags()), "99.9% within 15m is undecided", 4),
];

fn main() {
    let arguments = Arguments::from_args();
    let chromium = chromium();
    let variables = Variables::read(environment()).expect("the variables make sense");
    let required = variables.requires_chromium();
    let required = required.expect("the variables make sense");
    if let (Err(missing), false) = (&chromium, required) {
        // Through the handle: `println!` is for what a program is asked to print.
        writeln!(
            std::io::stdout(),
            "the trials in Chromium are ignored: {missing}"
        )
        .ok();
    }
    let ignored = chromium.is_err() && !required;
    let trial = |report: Report, scheme: Scheme| {
        let chromium = chromium.clone();
        let name = format!("browser::{}_{}", report.0, scheme.name);
        let body = move || holds(chromium?, report, scheme);
        Trial::test(name, body).with_ignored_flag(ignored)
    };
    let trials = REPORTS
        .into_iter()
        .flat_map(|report| SCHEMES.map(|scheme| trial(report, scheme)));
    let caught = chromium.clone();
    let name = "browser::the_probe_catches_what_it_is_for";
    let teeth = Trial::test(name, move || catches(caught?)).with_ignored_flag(ignored);
    let trials = trials.chain([teeth]).collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn chromium() -> Result<&'static str, String> {
    const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
    let answers = |name: &&str| {
        let mut command = Command::new(name);
        let command = command
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let found = NAMES.into_iter().find(answers);
    found.ok_or_else(|| format!("none of {} is installed", NAMES.join(", ")))
}

/// A run with a seeded defect: a failure with evidence, and a pass.
fn scenarios() -> Result<String, Failed> {
    let mut settings = Settings::default();
    settings.globs = vec!["replica-bytes".to_owned(), "delete-marker-stays".to_owned()];
    settings.defects = vec!["wrong-byte".to_owned()];
    settings.deadline = Some(Duration::from_secs(20));
    let runtime = tokio::runtime::Runtime::new()?;
    let report = runtime.block_on(runner::run(settings, |_| {}, std::future::pending()))?;
    Ok(html(&report))
}

/// Lags that never happened, some never seen, with a key that is markup and long.
fn lags() -> String {
    let shape = Shape::LogNormal {
        median: Duration::from_millis(800),
        sigma: 0.7,
    };
    let run = Synthetic::new(shape).with_looks(Duration::from_millis(90));
    let mut rng = StdRng::seed_from_u64(7);
    let mut measured = run.measured(400, &mut rng);
    let large = run.with_kind(OperationType::Multipart, 16 << 20);
    measured.samples.extend(large.run(200, &mut rng));
    for sample in measured.samples.iter_mut().step_by(150) {
        sample.interval.upper_ns = None;
        sample.interval.censoring = Censoring::Right;
        sample.key = "<script>document.body.textContent = 1</script>".repeat(20);
    }
    lag::html(&LagReport::of(vec![measured], &Asked::default()))
}

fn holds(
    chromium: &str,
    (name, page, heading, drawings): Report,
    scheme: Scheme,
) -> Result<(), Failed> {
    let seen = look(chromium, &page()?, scheme)?;
    for view in seen.as_array().ok_or("the probe saw no page")? {
        let right = view["heading"] == heading && view["drawings"] == drawings;
        let lacking = lacking(view, scheme).or((!right).then_some("heading and drawings"));
        if let Some(fact) = lacking {
            return Err(format!("{name} lacks {fact}: {view:#}").into());
        }
    }
    Ok(())
}

/// The first thing that every page has to have, and this one lacks.
fn lacking(view: &Value, scheme: Scheme) -> Option<&'static str> {
    let number = |field: &str| view[field].as_f64().unwrap_or(f64::NAN);
    let is_empty = |field: &str| view[field] == Value::Array(Vec::new());
    let facts = [
        ("room", number("overflow") <= 0.0),
        ("height", number("height") > 300.0),
        ("its scheme's ground", view["ground"] == scheme.ground),
        ("contrast", number("contrast") >= CONTRAST),
        ("whole labels", is_empty("cut")),
        ("freedom from scripts", view["scripts"] == 0),
        ("independence", is_empty("fetched")),
    ];
    facts
        .into_iter()
        .find(|(_, holds)| !holds)
        .map(|(fact, _)| fact)
}

/// Pages that are broken on purpose, each in one way.
fn catches(chromium: &str) -> Result<(), Failed> {
    const BROKEN: [(&str, &str); 5] = [
        ("room", r#"<p style="width:500px">too wide for a phone</p>"#),
        ("contrast", r#"<p style="color:#aaa">faint</p>"#),
        (
            "whole labels",
            r#"<svg viewBox="0 0 100 10"><text x="99">too long to be read</text></svg>"#,
        ),
        ("freedom from scripts", "<script></script>"),
        ("", r#"<img alt="" src="http://127.0.0.1:9/outside.png">"#),
    ];
    let whole = lags();
    for (fact, broken) in BROKEN {
        let page = whole.replace("</main>", &format!("{broken}</main>"));
        let found = match look(chromium, &page, SCHEMES[0]) {
            Ok(seen) => lacking(&seen[0], SCHEMES[0])
                .unwrap_or("nothing")
                .to_owned(),
            // The page's own policy forbids it, and says so on the console.
            Err(console) => format!("{console:?}"),
        };
        let is_caught = found == fact || (fact.is_empty() && found.contains("console"));
        if !is_caught {
            return Err(
                format!("expected {fact:?} to be lacking, found {found:?}: {broken}").into(),
            );
        }
    }
    Ok(())
}

/// What the probe writes down; anything on the console is an error.
fn look(chromium: &str, page: &str, scheme: Scheme) -> Result<Value, Failed> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let quoted = page.replace('&', "&amp;").replace('"', "&quot;");
    let (probe, output) = (folder.join("probe.html"), folder.join("dom.html"));
    let console = folder.join("console.txt");
    std::fs::write(&probe, PROBE.replace("REPORT", &quoted))?;
    let mut browser = Command::new(chromium)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
        ])
        .args([
            "--enable-logging=stderr",
            "--virtual-time-budget=5000",
            "--dump-dom",
        ])
        .arg(format!(
            "--blink-settings=preferredColorScheme={}",
            scheme.setting
        ))
        .arg(format!(
            "--user-data-dir={}",
            folder.join("profile").display()
        ))
        .arg(format!("file://{}", probe.display()))
        .stdout(std::fs::File::create(&output)?)
        .stderr(std::fs::File::create(&console)?)
        .spawn()?;
    let deadline = Instant::now() + DEADLINE;
    while browser.try_wait()?.is_none() {
        if Instant::now() > deadline {
            browser.kill()?;
            browser.wait()?;
            return Err(format!("{chromium} did not end within {DEADLINE:?}").into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let console = std::fs::read_to_string(console)?;
    if let Some(line) = console.lines().find(|line| line.contains("CONSOLE")) {
        return Err(format!("on the console: {line}").into());
    }
    let dom = std::fs::read_to_string(output)?;
    let seen = dom.rsplit("<pre id=\"seen\">").next();
    let seen = seen.and_then(|behind| behind.split("</pre>").next());
    let seen = seen.ok_or("the probe wrote nothing down")?;
    Ok(serde_json::from_slice(&BASE64_STANDARD.decode(seen)?)?)
}
