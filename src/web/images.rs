//! Pictures of articles.

use super::{
    error::{Answer, not_found},
    visit::Visit,
};
use crate::{app::Image, search::Reader};
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};

/// A drawing may hold scripts and links: opened alone, it does nothing and reaches nothing.
const ALONE: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

/// `GET /images/{path}`, the path below `kb/`.
pub async fn show(visit: Visit, Path(path): Path<String>) -> Answer {
    let image = visit.app().image(Reader::Staff, &format!("kb/{path}")).await;
    Ok(answer(image.ok_or_else(|| not_found("The desk has no such picture."))?))
}

/// A picture as browsers take it.
pub fn answer(image: Image) -> Response {
    let headers = [
        (header::CONTENT_TYPE, image.media),
        (header::CONTENT_SECURITY_POLICY, ALONE),
        (header::CACHE_CONTROL, "private, max-age=300"),
    ];
    (headers, image.bytes).into_response()
}
