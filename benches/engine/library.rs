//! Desks to measure with: ten thousand playbooks as people write them, and as many random ones.

use crate::generator::{self, Random, Shape};

/// Paths and bytes, as a desk is built from.
pub type Files = Vec<(String, Vec<u8>)>;

/// How many playbooks a large desk has.
pub const PLAYBOOKS: usize = 10_000;

const DESK: &str = "\
name: Example IT
tiers:
  - {id: self-service, level: 0}
  - {id: tier-1, level: 1}
  - {id: tier-2, level: 2, teams: [hardware, endpoint]}
facts:
  os:
    ask: Which system does the computer run?
    choices: {windows: Windows, macos: macOS, linux: Linux}
";

/// A desk of playbooks of ten steps each, with every kind of step; nine in ten call the next one.
pub fn written() -> Files {
    let playbooks = (0..PLAYBOOKS).map(|number| (format!("playbooks/p{number}.yaml"), playbook(number).into_bytes()));
    std::iter::once(("desk.yaml".to_owned(), DESK.as_bytes().to_vec())).chain(playbooks).collect()
}

/// A desk of as many random playbooks of about ten steps, which is harder on the checker than people are.
pub fn random() -> Files {
    let shape = Shape { playbooks: PLAYBOOKS, steps: 10, flaw: None, wild: false };
    bytes(generator::desk(&mut Random::new(1), &shape))
}

/// Texts as a desk takes them.
pub fn bytes(files: generator::Files) -> Files {
    files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect()
}

fn playbook(number: usize) -> String {
    let other_device = match number % 10 {
        9 => "say: The same fault may be on other devices; look at them too.\n    then: dead-device".to_owned(),
        _ => format!("call: p{}\n    resolved: done\n    not_resolved: dead-device", number + 1),
    };
    format!(
        r#"title: Device of kind {number} does nothing
summary: A device of kind {number} that shows an error, or does nothing at all.
audience: [agent]
category: devices
tags: [device, kind-{number}, power]
symptoms:
  - my device of kind {number} does nothing
  - it shows an error light
  - it worked yesterday
owner: endpoint-team
review_by: 2999-05-01
start: lights

facts:
  connection:
    ask: How is the device connected?
    choices: {{usb: USB cable, network: Network or Wi-Fi}}
  serial:
    type: text
    pattern: '[A-Z0-9-]{{3,20}}'

steps:
  lights:
    title: Lights
    ask: Is the device switched on, with no error light?
    tip: Keep {{{{ case.caller }}}} at the device; you will need them to look at it again.
    answers:
      yes: serial-number
      no: power-on
      error-light: {{label: It shows an error light or message, goto: power-on}}

  power-on:
    do: Plug the device in, press the power button, and wait for the light to stop blinking.
    verify: Does the device now show as ready?
    minutes: 2
    worked: serial-number
    failed: {{escalate: The device does not become ready with a known-good cable and socket., to: tier-2, team: hardware}}

  serial-number:
    ask: What is the number on the label below the device?
    save: serial
    then: thanks
    stuck: {{not_resolved: The number of the device could not be read.}}

  thanks:
    say: |
      Thank you. I look for the device **{{{{ serial | upper }}}}** now.
      This takes a minute.
    then: route

  route:
    branch:
      - {{if: connection == "network" and os != "linux", goto: usual-suspects}}
      - {{if: connection == "usb" or os == "linux", goto: checklist}}
    unknown: usual-suspects

  usual-suspects:
    try:
      restart-service:
        if: os == "windows"
        do: Open **Services**, right-click the service of the device, choose **Restart**.
        minutes: 1
        chance: 0.4
      power-cycle:
        do: Switch the device off, wait for ten seconds, and switch it on.
        minutes: 2
        chance: 0.3
      replace-cable:
        do: Take another cable of the same length.
        verify: Is the light beside the socket on?
        minutes: 4
        chance: 0.2
    verify: Does the device work?
    worked: done
    exhausted: checklist

  checklist:
    tasks:
      remove-driver: {{do: Remove the driver of the device., verify: Is it gone from the list?, minutes: 3}}
      install-driver: {{do: Install the latest driver from the intranet., verify: Does the installer say that it is done?, minutes: 5}}
    done: done
    failed: other-device
    stuck: {{not_resolved: The driver could not be changed.}}

  other-device:
    {other_device}

  done:
    resolve: The device {{{{ serial }}}} works again.

  dead-device:
    escalate: The device {{{{ serial }}}} does not work with a new driver.
    tell: A colleague from the hardware team will come back to you today. Use another device meanwhile.
    to: tier-2
    team: hardware
"#
    )
}
