//! firstline: scripted troubleshooting that runs.
//!
//! A **desk** holds **playbook**s of steps and a **kb** of articles, written in **yaml**, **markdown**, **template**s
//! and **expression**s, or **import**ed; they are **check**ed, **compare**d, indexed for **search**, **draw**n, and
//! walked as a **run**; a run belongs to a **case**, which may be handed over through a **connector**; the **store**
//! keeps it, the **app** does it, **web** and **cli** show it to people with an **account**. Ask which bold word a line
//! is about: that is its folder.
//!
//! # Layers
//!
//! A module imports only from lower numbers; modules on one number do not see each other, but for [`check`], which
//! asks [`run`] how far a run may go. A test keeps it so (`tests/suite/layers.rs`).
//!
//! | layer | modules |
//! |---|---|
//! | 0 | [`clock`] the only source of time · [`id`] · [`language`] people's, and the interface's words · [`diagnostic`] findings as data, the rules of form, renderers · [`markdown`] · [`reason`] why runs stop |
//! | 1 | [`yaml`] text to values with their places · [`template`] texts · [`expression`] conditions |
//! | 2 | [`playbook`] the language: facts, a file for each step kind, flow, program, translations · [`kb`] articles · [`calendar`] working hours and durations on them |
//! | 3 | [`desk`] policy, playbooks and articles together |
//! | 4 | [`run`] walk, book, session, authors' tests · [`check`] a file for each rule · [`search`] analyzer, index, query, triage · [`draw`] graphs · [`compare`] what two versions differ in · [`import`] from wikis, tables, flowcharts |
//! | 5 | [`case`] case, escalation, envelope, outbox entries, verdicts, numbers of runs, drafts, as data |
//! | 6 | [`store`] streams, lists, outbox, programs, people · [`connector`] how the outbox reaches other systems · [`account`] people, roles, passwords |
//! | 7 | [`app`] loads and watches the desk, what all surfaces do, the outbox's worker |
//! | 8 | [`web`] the console for staff, the portal for everybody |
//! | 9 | [`cli`] a file for each command |
//!
//! # Words
//!
//! *Desk*: a support organisation's content and policy in one git folder. *Tier*: a level of support, 0 is
//! self-service. *Playbook*: a decision tree with facts. *Flow*: what a playbook's steps become, prompts, gates,
//! branches, calls and ends. *Program*: a flow linked with all that it calls, under a hash. *Book*: the answers and
//! everything else that came from outside. *Frame*: one going-through of a playbook inside a run. *Held*: an answer
//! left behind by a change. *Ending*: `resolve`, `not_resolved`, `escalate`. *Stop*: a dead end that is none.
//! *Case*: one caller's problem, a stream of events. *Escalation*: a case going to another tier, with one *envelope*
//! of everything that is known. *Outbox*: what has to reach another system. *Connector*: how it gets there. *Live*: the
//! desk that is in force. *Offer*: a playbook that can be started. *Edition*: what is translated into one language.
//! *Verdict*: what a resolver says of a script. *Gap*: something that is lacking, with what shows it.
//!
//! # Invariants
//!
//! Those of the language have a test of the same number in `tests/suite/invariants.rs`, or where that points; the
//! others name theirs.
//!
//! 1. Parsing and checking never fail, never stop early, never panic, whatever the bytes.
//! 2. [`run::walk`] is pure and total; it ends in a prompt or an outcome within the step limit.
//! 3. A run keeps the program it started with, until somebody moves it to a newer one.
//! 4. Back equals never having answered; replay equals live.
//! 5. A run of a playbook that passes the check never stops for an author's fault.
//! 6. Texts that authors write run with nothing but values: no files, no network, no clock, no loops. Templates of
//!    tickets have loops, fuel and a limit.
//! 7. What was acknowledged is durable; an event and the outbox entry that it causes are one transaction
//!    (`tests/crash`).
//! 8. The outbox delivers at least once, and every entry carries the key by which the other side counts it once
//!    (`handover.rs`).
//! 9. No answer's text, name or contact is in a log line (`logs.rs`).
//! 10. An event kind that was released is read for ever; logs of every release stay in `tests/data` and replay
//!     (`cases.rs`).
//! 11. Lists follow from the streams: written anew, they are the same (`lists.rs`).
//! 12. Every surface gives the same transcript (`browser.rs`).
//! 13. A reader never learns that something exists which they may not open (`leak.rs`).

pub mod clock;
pub mod diagnostic;
pub mod id;
pub mod language;
pub mod markdown;
pub mod reason;

pub mod expression;
pub mod template;
pub mod yaml;

pub mod calendar;
pub mod kb;
pub mod playbook;

pub mod desk;

pub mod check;
pub mod compare;
pub mod draw;
pub mod import;
pub mod run;
pub mod search;

pub mod case;

pub mod account;
pub mod connector;
pub mod store;

pub mod app;

pub mod web;

pub mod cli;
