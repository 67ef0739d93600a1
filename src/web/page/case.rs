//! A case: where it stands, what to ask next, what is known and what was done.

use super::{
    ArticleView, Category, TierView, Viewer, article, categories,
    found::{HitView, OutageView},
    history::{Moment, history},
    reason_words, tier_name,
};
use crate::{
    app::Live,
    case::{self, Attachment, Case, CaseRun, Note, State, Verdict},
    desk::Desk,
    expression::Type,
    language::Language,
    markdown,
    playbook::{Fact, Scope, flow::EndKind, flow::PromptKind},
    run::{self, Event, Line, Outcome, Prompt, Rebase, TypedInput, View},
    web::view::{named, words},
};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// See the module.
#[derive(Clone, Debug, Serialize)]
pub struct CasePage {
    /// The number that people say.
    pub number: u64,
    /// The latest entry that the page shows.
    pub seq: u64,
    /// In a few words.
    pub title: String,
    /// Who has the problem; may be empty.
    pub caller: String,
    /// How they are reached.
    pub contact: Option<String>,
    /// How they reached the desk.
    pub channel: Option<String>,
    /// What they said.
    pub words: String,
    /// When it began.
    pub opened: Timestamp,
    /// Who began it.
    pub opened_by: String,
    /// `open`, `parked` or `resolved`.
    pub state: &'static str,
    /// When the caller is called back.
    pub until: Option<Timestamp>,
    /// Why it is parked, or what solved it.
    pub remark: Option<String>,
    /// Whether the caller confirmed that it is solved.
    pub confirmed: bool,
    /// Where it is.
    pub tier: String,
    /// The same for people.
    pub tier_name: String,
    /// The team there.
    pub team: Option<String>,
    /// Who works on it.
    pub holder: Option<String>,
    /// Whether whoever looks does.
    pub mine: bool,
    /// How urgent it is.
    pub priority: String,
    /// Whom it concerns.
    pub impact: Option<String>,
    /// How much it holds them up.
    pub urgency: Option<String>,
    /// What can be chosen for impact.
    pub impacts: Vec<String>,
    /// What can be chosen for urgency.
    pub urgencies: Vec<String>,
    /// When somebody should have answered.
    pub respond_by: Option<Timestamp>,
    /// Whether that is over.
    pub late: bool,
    /// The run that is followed.
    pub run: Option<RunView>,
    /// Those before it, the latest first.
    pub earlier: Vec<RunView>,
    /// What is known.
    pub facts: Vec<FactView>,
    /// What can be put in by hand: the desk's facts.
    pub fields: Vec<FieldView>,
    /// Notes, in order.
    pub notes: Vec<Note>,
    /// Questions that it came back with.
    pub questions: Vec<Note>,
    /// The ways up, the latest first.
    pub escalations: Vec<EscalationView>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Where it can be sent.
    pub tiers: Vec<TierView>,
    /// The tier that a question goes back to, if it came from one.
    pub from: Option<TierView>,
    /// What can be started.
    pub categories: Vec<Category>,
    /// What happened, the latest first.
    pub history: Vec<Moment>,
    /// Where whoever opened it themselves finds it again.
    pub link: Option<String>,
    /// Known outages that it may be.
    pub outages: Vec<OutageView>,
    /// An article that fits, where the step names none.
    pub suggestion: Option<HitView>,
    /// How its script can be judged; none where it did not go up from one.
    pub judge: Option<JudgeView>,
    /// What was said of its script.
    pub judgements: Vec<JudgementView>,
}

/// What can be said of the script that a case went up from.
#[derive(Clone, Debug, Serialize)]
pub struct JudgeView {
    /// The playbook's title.
    pub title: String,
    /// Verdicts: what is sent, and what is read.
    pub verdicts: Vec<(&'static str, &'static str)>,
    /// The places that it can be about, the one where it stopped first.
    pub steps: Vec<case::Choice>,
    /// What whoever looks said before: the verdict, the step and what solved it.
    pub mine: Option<(&'static str, String, String)>,
}

/// What somebody said of a script.
#[derive(Clone, Debug, Serialize)]
pub struct JudgementView {
    /// Who.
    pub by: String,
    /// When.
    pub when: Timestamp,
    /// In words.
    pub verdict: &'static str,
    /// The step that it is about.
    pub step: Option<String>,
    /// What solved it.
    pub solved: String,
}

/// A run of a playbook.
#[derive(Clone, Debug, Serialize)]
pub struct RunView {
    /// Its id.
    pub id: String,
    /// The playbook's title.
    pub title: String,
    /// The playbook's id.
    pub playbook: String,
    /// The token that an answer must carry.
    pub position: String,
    /// When it began.
    pub started: Timestamp,
    /// By whom.
    pub by: String,
    /// Since when it stands where it stands.
    pub since: Timestamp,
    /// What is asked; none when it is over.
    pub step: Option<StepView>,
    /// How it came out; none while it goes on.
    pub outcome: Option<OutcomeView>,
    /// What was answered.
    pub path: Vec<LineView>,
    /// What it was told at the start, and can be changed like an answer.
    pub given: Vec<FactView>,
    /// Articles beside the step.
    pub articles: Vec<ArticleView>,
    /// What calms a caller, from the moment on that somebody said that they are upset.
    pub calm: Option<ArticleView>,
    /// Whether that is the latest that happened.
    pub calm_first: bool,
    /// Whether there is something to go back to.
    pub back: bool,
    /// Where the case went from here.
    pub up: Option<EscalationView>,
    /// What is to be said of its version.
    pub version: VersionView,
}

/// What is to be said of the version that a run goes by; nothing of the one in force.
#[derive(Clone, Debug, Default, Serialize)]
pub struct VersionView {
    /// Why it was withdrawn.
    pub withdrawn: Option<String>,
    /// Whether the run can move on to the version in force.
    pub moves: bool,
    /// The prompts on its way that read otherwise there.
    pub reworded: Vec<String>,
    /// Where the version in force first differs, if the run stays.
    pub difference: Option<String>,
}

/// The prompt that a run stands at.
#[derive(Clone, Debug, Serialize)]
pub struct StepView {
    /// Its name.
    pub at: String,
    /// The visit.
    pub visit: u32,
    /// `say`, `ask` or `do`.
    pub kind: &'static str,
    /// Markdown.
    pub text: String,
    /// The language of the text, where that is not the page's.
    pub lang: Option<Language>,
    /// Markdown.
    pub verify: Option<String>,
    /// Markdown.
    pub tip: Option<String>,
    /// Whether only staff may read it.
    pub staff: bool,
    /// How long it is expected to take.
    pub minutes: Option<f64>,
    /// What can be answered, without `stuck`.
    pub choices: Vec<ChoiceView>,
    /// What is typed instead.
    pub typed: Option<TypedView>,
    /// What `stuck` means here; none where it is not taken.
    pub stuck: Option<String>,
    /// The earlier answer, to be confirmed.
    pub held: Option<String>,
}

/// An answer's button.
#[derive(Clone, Debug, Serialize)]
pub struct ChoiceView {
    /// What is sent.
    pub id: String,
    /// What is read.
    pub label: String,
    /// The key that gives it.
    pub key: Option<usize>,
    /// Whether it is the earlier answer, or what is known already.
    pub held: bool,
}

/// A field to type in.
#[derive(Clone, Debug, Serialize)]
pub struct TypedView {
    /// `text`, `number` or `date`.
    pub kind: &'static str,
    /// The least.
    pub min: Option<String>,
    /// The greatest.
    pub max: Option<String>,
    /// What it must match.
    pub pattern: Option<String>,
    /// What a number counts.
    pub unit: Option<String>,
    /// What stands in it at first.
    pub value: String,
}

/// How a run came out.
#[derive(Clone, Debug, Serialize)]
pub struct OutcomeView {
    /// `solved`, `not-solved`, `escalated` or `stopped`.
    pub kind: &'static str,
    /// The ending's or the prompt's name.
    pub at: String,
    /// Markdown.
    pub text: Option<String>,
    /// For the caller, Markdown.
    pub tell: Option<String>,
    /// Why it stopped, in words.
    pub why: Option<String>,
}

/// An answered prompt.
#[derive(Clone, Debug, Serialize)]
pub struct LineView {
    /// Its name.
    pub at: String,
    /// The visit.
    pub visit: u32,
    /// `say`, `ask` or `do`.
    pub kind: &'static str,
    /// One line, plain.
    pub text: String,
    /// What was answered, for people.
    pub label: String,
    /// The same as it was sent.
    pub said: String,
}

/// Something known.
#[derive(Clone, Debug, Serialize)]
pub struct FactView {
    /// Its name, with the playbook's before it where it belongs to one.
    pub name: String,
    /// What it is called.
    pub label: String,
    /// For people.
    pub value: String,
}

/// A fact that can be put in.
#[derive(Clone, Debug, Serialize)]
pub struct FieldView {
    /// Its name.
    pub name: String,
    /// What is asked.
    pub label: String,
    /// Ids and labels; empty where something is typed.
    pub choices: Vec<(String, String)>,
    /// What is known.
    pub value: String,
}

/// A way up.
#[derive(Clone, Debug, Serialize)]
pub struct EscalationView {
    /// When.
    pub when: Timestamp,
    /// By whom.
    pub by: String,
    /// From which tier.
    pub from: String,
    /// To which.
    pub to: String,
    /// The team there.
    pub team: Option<String>,
    /// Nobody is above.
    pub stays: bool,
    /// Why, in words.
    pub why: String,
    /// At which step.
    pub at: Option<String>,
    /// More words. Markdown.
    pub detail: Option<String>,
    /// What the caller is told. Markdown.
    pub told: Option<String>,
    /// When somebody there should have answered.
    pub respond_by: Option<Timestamp>,
    /// Actions that were tried, and what came of them.
    pub tried: Vec<(String, String)>,
    /// Actions that were offered to nobody.
    pub not_tried: Vec<String>,
    /// What became of it in other systems.
    pub deliveries: Vec<DeliveryView>,
}

/// A delivery to another system.
#[derive(Clone, Debug, Serialize)]
pub struct DeliveryView {
    /// The outbox entry.
    pub id: String,
    /// Through which connector.
    pub connector: String,
    /// `waiting`, `delivered` or `refused`.
    pub state: &'static str,
    /// The other side's name for it.
    pub ticket: Option<String>,
    /// Where it is to be seen.
    pub link: Option<String>,
    /// What the other side said.
    pub said: Option<String>,
}

impl CasePage {
    /// A case as somebody sees it at a moment.
    pub fn new(case: &Case, live: &Live, viewer: &Viewer, now: Timestamp) -> Self {
        let desk = &*live.desk;
        let row = case.row();
        let (state, until, remark, confirmed) = match &case.state {
            State::Open => ("open", None, None, false),
            State::Parked { until, why } => ("parked", Some(*until), Some(why.clone()), false),
            State::Resolved { text, confirmed, .. } => ("resolved", None, Some(text.clone()), *confirmed),
        };
        let language = viewer.language;
        let mut runs: Vec<RunView> = case.runs.iter().map(|run| RunView::new(run, case, live, language)).collect();
        let run = runs.pop();
        runs.reverse();
        let from = case.escalations.iter().rev().find(|up| up.envelope.to.tier == case.tier && !up.envelope.stays);
        let tiers = super::tiers(desk, language);
        Self {
            number: case.number,
            seq: case.seq,
            title: match row.title {
                empty if empty.is_empty() => language.fill("Case {number}", &[("number", &case.number)]),
                title => title,
            },
            caller: case.requester.name.clone(),
            contact: case.requester.contact.clone(),
            channel: case.channel.clone(),
            words: case.words.clone(),
            opened: case.opened,
            opened_by: case.opened_by.clone(),
            state,
            until,
            remark: remark.filter(|remark| !remark.trim().is_empty()),
            confirmed,
            tier: case.tier.clone(),
            tier_name: tier_name(desk, &case.tier, language),
            team: case.team.clone(),
            mine: case.holder.as_deref() == Some(&viewer.name),
            holder: case.holder.clone(),
            priority: case.priority.clone(),
            impact: case.impact.clone(),
            urgency: case.urgency.clone(),
            impacts: desk.policy.impacts().into_iter().map(str::to_owned).collect(),
            urgencies: desk.policy.urgencies().into_iter().map(str::to_owned).collect(),
            respond_by: case.respond_by,
            late: row.respond_by.is_some_and(|due| due < now),
            run,
            earlier: runs,
            facts: facts(case, desk, language),
            fields: desk
                .facts
                .list
                .iter()
                .map(|fact| FieldView::new(fact, case.facts.get(&fact.name.value), language))
                .collect(),
            notes: case.notes.clone(),
            questions: case.questions.clone(),
            escalations: case.escalations.iter().rev().map(|up| EscalationView::new(up, case, language)).collect(),
            attachments: case.attachments.clone(),
            from: from.and_then(|up| tiers.iter().find(|tier| tier.id == up.envelope.from.tier).cloned()),
            tiers,
            categories: categories(live, language),
            history: history(case, desk, language),
            link: None,
            outages: Vec::new(),
            suggestion: None,
            judge: JudgeView::new(case, viewer),
            judgements: case.judgements.iter().map(JudgementView::new).collect(),
        }
    }
}

impl JudgeView {
    fn new(case: &Case, viewer: &Viewer) -> Option<Self> {
        let mine = case.judgements.iter().find(|said| said.by == viewer.name);
        Some(Self {
            title: case.judged_run()?.title.clone(),
            verdicts: Verdict::ALL.into_iter().map(|verdict| (verdict.name(), verdict_words(verdict))).collect(),
            steps: case.judgeable(),
            mine: mine.map(|said| (said.verdict.name(), said.step.clone().unwrap_or_default(), said.solved.clone())),
        })
    }
}

impl JudgementView {
    fn new(said: &case::Judgement) -> Self {
        Self {
            by: said.by.clone(),
            when: said.when,
            verdict: verdict_words(said.verdict),
            step: said.step.clone(),
            solved: said.solved.clone(),
        }
    }
}

/// A verdict as people say it.
fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::MissingStep => "A step was missing",
        Verdict::WrongStep => "A step was wrong",
        Verdict::UnclearStep => "A step was not clear",
        Verdict::NotForAScript => "Nothing for a script",
        Verdict::ScriptWasFine => "The script was fine",
    }
}

impl RunView {
    fn new(case_run: &CaseRun, case: &Case, live: &Live, language: Language) -> Self {
        let desk = &*live.desk;
        let run = &case_run.run;
        let info = live.info(case, language);
        let (step, outcome, ids) = match run.view(&info) {
            View::Prompt(prompt) => (Some(StepView::new(&prompt, language)), None, prompt.articles),
            View::Outcome(outcome) => (None, Some(OutcomeView::new(&outcome, language)), Vec::new()),
        };
        let known = known(case);
        let fact = |name: &str| known.get(name).map(String::as_str);
        let fits = |id: &String| desk.article(id).is_some_and(|article| !article.contradicts(fact));
        let upset = run.entries.iter().rposition(|entry| entry.event == Event::GotUpset);
        let calm = desk.policy.upset.as_ref().and_then(|upset| upset.show.as_ref());
        let path: Vec<LineView> = run.path(&info).iter().map(|line| LineView::new(line, language)).collect();
        let scope = run.program.scope(0);
        let given = run.book().given_at_start.iter().map(|(slot, value)| {
            let fact = scope.fact(*slot);
            FactView {
                name: fact.name.value.clone(),
                label: words(&fact.name.value),
                value: label(&fact.shown(value), language),
            }
        });
        Self {
            id: run.id.to_string(),
            title: info.title(&case_run.playbook, &case_run.title),
            playbook: case_run.playbook.clone(),
            position: run.position(),
            started: case_run.started,
            by: case_run.by.clone(),
            since: run.entries.last().map_or(case_run.started, |entry| entry.when),
            step,
            outcome,
            back: !path.is_empty() || run.handed_over().is_some(),
            path,
            given: given.collect(),
            articles: ids.iter().filter(|id| fits(id)).filter_map(|id| article(live, id, true, language)).collect(),
            up: {
                let from_here =
                    |up: &&case::Escalation| up.envelope.playbook.as_ref().is_some_and(|from| from.run == run.id);
                case.escalations.iter().rev().find(from_here).map(|up| EscalationView::new(up, case, language))
            },
            version: VersionView::new(case_run, case, live, language),
            calm: upset.and(calm).and_then(|id| article(live, &id.value, true, language)),
            calm_first: upset.is_some_and(|at| at + 1 == run.entries.len()),
        }
    }
}

impl VersionView {
    fn new(known: &CaseRun, case: &Case, live: &Live, language: Language) -> Self {
        let version = match live.newer(case, known.run.id) {
            Some(Rebase::Moved { reworded, .. }) => Self { moves: true, reworded, ..Self::default() },
            Some(Rebase::Stays(difference)) => {
                let (was, now) = (language.reword(&difference.was), language.reword(&difference.now));
                let said = match &difference.after {
                    Some(after) => language.fill(
                        "after `{step}`: {was}; in the other version: {now}",
                        &[("step", after), ("was", &was), ("now", &now)],
                    ),
                    None => language
                        .fill("at the start: {was}; in the other version: {now}", &[("was", &was), ("now", &now)]),
                };
                Self { difference: Some(said), ..Self::default() }
            }
            None => Self::default(),
        };
        Self { withdrawn: live.recall(&known.run.program).map(|recall| recall.why.clone()), ..version }
    }
}

impl StepView {
    /// A prompt as a page shows it.
    pub fn new(prompt: &Prompt, language: Language) -> Self {
        let said = prompt.held.as_ref().map(|held| held.words().to_owned());
        let first = said.clone().or_else(|| prompt.prefilled.clone());
        let many = prompt.choices.len() > 1;
        let choices: Vec<ChoiceView> = prompt
            .choices
            .iter()
            .filter(|choice| choice.id != "stuck")
            .enumerate()
            .map(|(n, choice)| ChoiceView {
                id: choice.id.clone(),
                label: label(if choice.id == "next" { "Go on" } else { &choice.label }, language),
                key: (n < 9).then_some(n + 1),
                held: many && first.as_deref() == Some(choice.id.as_str()),
            })
            .collect();
        let answer = |id: &String| {
            let choice = prompt.choices.iter().find(|choice| choice.id == *id);
            choice.map_or_else(|| id.clone(), |choice| label(&choice.label, language))
        };
        let stuck = prompt.choices.iter().find(|choice| choice.id == "stuck");
        Self {
            at: prompt.at.clone(),
            visit: prompt.visit,
            kind: kind(prompt.kind),
            text: prompt.text.clone(),
            lang: prompt.language,
            verify: prompt.verify.clone(),
            tip: prompt.tip.clone(),
            staff: prompt.staff,
            minutes: prompt.minutes,
            held: said.as_ref().filter(|id| *id != "next").map(answer),
            typed: prompt.typed.as_ref().map(|typed| TypedView::new(typed, first.unwrap_or_default())),
            choices,
            stuck: stuck.map(|stuck| label(&stuck.label, language)),
        }
    }
}

impl TypedView {
    fn new(typed: &TypedInput, value: String) -> Self {
        Self {
            kind: typed.kind,
            min: typed.min.clone(),
            max: typed.max.clone(),
            pattern: typed.pattern.clone(),
            unit: typed.unit.clone(),
            value: if value == "stuck" { String::new() } else { value },
        }
    }
}

impl OutcomeView {
    /// How a run came out, as a page shows it.
    pub fn new(outcome: &Outcome, language: Language) -> Self {
        Self {
            kind: match outcome.ending {
                Some(EndKind::Resolved) => "solved",
                Some(EndKind::NotResolved) => "not-solved",
                Some(EndKind::Escalated) => "escalated",
                None => "stopped",
            },
            at: outcome.at.clone(),
            text: outcome.text.clone(),
            tell: outcome.tell.clone(),
            why: outcome.reason.map(|reason| language.say(reason_words(reason.entry().name)).to_owned()),
        }
    }
}

impl LineView {
    /// An answered prompt in one line.
    pub fn new(line: &Line, language: Language) -> Self {
        Self {
            at: line.at.clone(),
            visit: line.visit,
            kind: kind(line.kind),
            text: markdown::first_line(&line.text),
            label: label(if line.kind == PromptKind::Say { "Read" } else { &line.label }, language),
            said: line.said.words().to_owned(),
        }
    }
}

impl FieldView {
    fn new(fact: &Fact, known: Option<&String>, language: Language) -> Self {
        let ours = |id: &str, shown: &str| (id.to_owned(), language.say(shown).to_owned());
        let choices = match &fact.kind {
            Type::YesNo => vec![ours("yes", "Yes"), ours("no", "No")],
            Type::Choice(_) => fact.choices.iter().map(|(id, label)| (id.value.clone(), label.clone())).collect(),
            _ => Vec::new(),
        };
        let value = known.cloned().unwrap_or_default();
        Self { name: fact.name.value.clone(), label: words(&fact.name.value), choices, value }
    }
}

impl EscalationView {
    fn new(up: &case::Escalation, case: &Case, language: Language) -> Self {
        let envelope = &up.envelope;
        let deliveries =
            case.deliveries.iter().filter(|delivery| up.outbox.iter().any(|(id, _)| *id == delivery.outbox));
        let tried =
            envelope.tried.iter().map(|tried| (markdown::first_line(&tried.action), named(language, &tried.outcome)));
        Self {
            when: envelope.when,
            by: envelope.by.clone(),
            from: envelope.from.name.clone(),
            to: envelope.to.name.clone(),
            team: envelope.to.team.clone(),
            stays: envelope.stays,
            why: language.say(reason_words(&envelope.why.reason)).to_owned(),
            at: envelope.why.at.clone(),
            detail: envelope.why.detail.clone(),
            told: envelope.told.clone(),
            respond_by: envelope.respond_by,
            tried: tried.collect(),
            not_tried: envelope.not_tried.clone(),
            deliveries: deliveries.map(DeliveryView::new).collect(),
        }
    }
}

impl DeliveryView {
    fn new(delivery: &case::Delivery) -> Self {
        Self {
            id: delivery.outbox.to_string(),
            connector: delivery.connector.clone(),
            state: match (delivery.delivered, &delivery.refused) {
                (true, _) => "delivered",
                (false, Some(_)) => "refused",
                (false, None) => "waiting",
            },
            ticket: delivery.ticket.clone(),
            link: delivery.link.clone(),
            said: delivery.refused.clone(),
        }
    }
}

/// Answers that no author writes.
const OURS: &[&str] = &[
    "Go on",
    "Read",
    "Yes",
    "No",
    "It worked",
    "It did not work",
    "I cannot do this",
    "No answer fits",
    "I can't tell",
];

/// An answer as people read it; one of ours in their language.
pub fn label(text: &str, language: Language) -> String {
    let ours = OURS.contains(&text) || ["yes", "no"].contains(&text);
    if ours { language.say(text).to_owned() } else { text.to_owned() }
}

/// `say`, `ask` or `do`.
pub fn kind(kind: PromptKind) -> &'static str {
    match kind {
        PromptKind::Say => "say",
        PromptKind::Ask => "ask",
        PromptKind::Do => "do",
    }
}

/// What is known of the caller's surroundings, by name; the run's word counts.
pub fn known(case: &Case) -> BTreeMap<String, String> {
    let mut known = case.facts.clone();
    if let Some(latest) = case.latest_run() {
        known.extend(latest.run.known().into_iter().map(|(name, value)| (name, value.to_string())));
    }
    known
}

/// The case's facts and what the run knows beyond them; the run's word counts while it goes on.
fn facts(case: &Case, desk: &Desk, language: Language) -> Vec<FactView> {
    let nothing = Default::default();
    let scope = Scope { own: &nothing, desk: &desk.facts };
    let shown = |scope: &Scope<'_>, name: &str, typed: &str| {
        let fact = scope.find(name).map(|slot| scope.fact(slot));
        let value = fact.and_then(|fact| Some(fact.shown(&fact.kind.read(typed)?)));
        FactView {
            name: name.to_owned(),
            label: words(name.rsplit('/').next().unwrap_or(name)),
            value: label(&value.unwrap_or_else(|| typed.to_owned()), language),
        }
    };
    // A playbook's own fact is kept under the playbook's name.
    let kept = |name: &str, typed: &str| {
        let (playbook, own) = name.split_once('/')?;
        let known = case.runs.iter().rfind(|known| known.playbook == playbook)?;
        Some(FactView { name: name.to_owned(), ..shown(&known.run.program.scope(0), own, typed) })
    };
    let known = |(name, typed): (&String, &String)| kept(name, typed).unwrap_or_else(|| shown(&scope, name, typed));
    let mut facts: Vec<FactView> = case.facts.iter().map(known).collect();
    let Some(latest) = case.latest_run().filter(|latest| is_open(&latest.run)) else { return facts };
    for (name, value) in latest.run.known() {
        let fact = shown(&latest.run.program.scope(0), &name, &value.to_string());
        let kept = format!("{}/{name}", latest.playbook);
        match facts.iter_mut().find(|known| known.name == name || known.name == kept) {
            Some(known) => known.value = fact.value,
            None => facts.push(fact),
        }
    }
    facts
}

fn is_open(run: &run::Run) -> bool {
    matches!(run.walk().position, run::Position::At { .. })
}
