//! One signed request, as <https://www.standardwebhooks.com> describes it.

use super::{LONGEST, Limits, Outcome, secret, shown};
use crate::{case::OutboxEntry, desk::connector::Webhook, template};
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{Timestamp, fmt::rfc2822};
use reqwest::{Method, Response, StatusCode, Url, header};
use serde_json::{Value, json};
use sha2::Sha256;
use std::{error::Error, time::Duration};

/// So much of an answer is read, in bytes.
const ANSWER: usize = 64 << 10;
/// A ticket's name is cut behind so many characters.
const NAME: usize = 200;

/// What requests share.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    /// Reaches this machine.
    near: reqwest::Client,
    /// Reaches all others, by a proxy where the environment names one.
    far: reqwest::Client,
}

impl Sender {
    pub(super) fn new(limits: Limits) -> Self {
        let builder = || {
            reqwest::Client::builder()
                .user_agent(concat!("firstline/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(limits.connect)
                .timeout(limits.total)
                .redirect(reqwest::redirect::Policy::none())
                // The outbox repeats, and nothing else does.
                .retry(reqwest::retry::never())
                .pool_max_idle_per_host(0)
        };
        let built = |builder: reqwest::ClientBuilder| builder.build().expect("the settings are sound");
        Self { near: built(builder().no_proxy()), far: built(builder()) }
    }

    pub(super) async fn deliver(&self, webhook: &Webhook, entry: &OutboxEntry, now: Timestamp) -> Outcome {
        let Ok(url) = Url::parse(&webhook.url) else {
            return Outcome::later("the connector's `url` is no address");
        };
        let secret = match &webhook.secret {
            Some(secret) => match secret::read(secret).await {
                Ok(secret) => Some(secret),
                Err(outcome) => return outcome,
            },
            None => None,
        };
        let (id, second, body) = (entry.id.to_string(), now.as_second().to_string(), body(entry));
        let client = if is_near(&url) { &self.near } else { &self.far };
        let mut request = client
            .request(Method::POST, url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", &id)
            .header("webhook-id", &id)
            .header("webhook-timestamp", &second);
        if let Some(secret) = secret {
            let signature = match sign(&secret, &id, &second, &body) {
                Ok(signature) => signature,
                Err(why) => return Outcome::later(why),
            };
            request = request.header("webhook-signature", signature);
        }
        match request.body(body).send().await {
            Ok(response) => read(response, now).await,
            Err(error) => Outcome::later(innermost(&error)),
        }
    }
}

/// The same to the letter at every repetition.
fn body(entry: &OutboxEntry) -> String {
    let ticket = &entry.ticket;
    let mut data = json!({ "subject": ticket.subject, "body": ticket.body, "envelope": ticket.envelope });
    if entry.escalation.is_none() {
        data["test"] = Value::Bool(true);
    }
    json!({ "type": "case.escalated", "timestamp": entry.created, "data": data }).to_string()
}

fn sign(secret: &str, id: &str, second: &str, body: &str) -> Result<String, &'static str> {
    let key = match secret.strip_prefix("whsec_") {
        Some(encoded) => {
            BASE64_STANDARD.decode(encoded).map_err(|_| "what follows `whsec_` in the secret is no Base64")?
        }
        None => secret.as_bytes().to_owned(),
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key may have any length");
    mac.update(format!("{id}.{second}.{body}").as_bytes());
    Ok(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
}

fn is_near(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

/// What an answer means. Once its status is read, nothing else changes whether it was delivered.
async fn read(mut response: Response, now: Timestamp) -> Outcome {
    let status = response.status();
    let after = wait(&response, now);
    let mut answer = Vec::new();
    while let Ok(Some(part)) = response.chunk().await {
        let room = ANSWER - answer.len();
        answer.extend_from_slice(&part[..part.len().min(room)]);
        if answer.len() == ANSWER {
            break;
        }
    }
    if status.is_success() {
        let receipt: Value = serde_json::from_slice(&answer).unwrap_or_default();
        return Outcome::Delivered { ticket: name(&receipt["ticket"]), link: address(&receipt["link"]) };
    }
    let said = shown(format!("{status}: {}", String::from_utf8_lossy(&answer)).trim_end_matches([':', ' ']));
    let again = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS];
    match status.is_server_error() || again.contains(&status) {
        true => Outcome::Later { said, after },
        false => Outcome::Refused { said },
    }
}

fn name(ticket: &Value) -> Option<String> {
    let text = match ticket {
        Value::String(text) => template::line(text).chars().take(NAME).collect(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

fn address(link: &Value) -> Option<String> {
    let url = Url::parse(link.as_str()?).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.into())
}

/// How long the other side wants to be left alone: seconds, or until a date.
fn wait(response: &Response, now: Timestamp) -> Option<Duration> {
    let text = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = text.parse().ok().or_else(|| {
        let date = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        Some(date.as_second().saturating_sub(now.as_second()).max(0) as u64)
    })?;
    Some(Duration::from_secs(seconds).min(LONGEST))
}

/// The cause at the bottom; what lies above repeats the address.
fn innermost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".into();
    }
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::sign;

    #[test]
    fn a_signature_is_that_of_the_specification() {
        // From the specification's own libraries.
        let body = r#"{"test": 2432232314}"#;
        let signed = sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body);
        assert_eq!(signed.as_deref(), Ok("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }
}
