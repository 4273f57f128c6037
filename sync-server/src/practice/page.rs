//! The page itself (練習画面): the lesson plan beside the terminal and the printer.

use std::fmt::Write;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use backoffice::access::Right;
use office_web::layout::{Area, page};
use office_web::{CurrentStaff, Problem};

use super::Practice;
use super::cases::{CASES, Case, Find};
use super::package::{LOGIN, PIN, connection_number};
use super::tasks::TASKS;

/// Where the page's script lies.
pub const SCRIPT_ADDRESS: &str = "/practice/assets/practice.js";
/// Where the page's own styles lie.
pub const STYLE_ADDRESS: &str = "/practice/assets/practice.css";

const PAGE: &str = include_str!("../../assets/practice.html");
const SCRIPT: &str = include_str!("../../assets/practice.js");
const STYLE: &str = include_str!("../../assets/practice.css");

/// As on every page of the office, and a socket to the server itself. Older browsers do not take
/// `'self'` for a socket's address.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; connect-src 'self' wss:; base-uri 'none'; object-src 'none'; \
     form-action 'self'; frame-ancestors 'none'",
);

/// `GET /practice`
pub async fn practice_page(
    State(_): State<Practice>,
    staff: CurrentStaff,
) -> Result<Response, Problem> {
    staff.require(Right::Practise)?;
    let body = PAGE
        .replace("{{style}}", STYLE_ADDRESS)
        .replace("{{login}}", LOGIN)
        .replace("{{pin}}", PIN)
        .replace("{{cases}}", &case_list())
        .replace("{{tasks}}", &task_list());
    let mut response = page("操作練習", Area::Practice, &staff, &body, &[SCRIPT_ADDRESS]);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY);
    Ok(response)
}

/// `GET /practice/assets/practice.js`
pub async fn script() -> impl IntoResponse {
    asset("text/javascript; charset=utf-8", SCRIPT)
}

/// `GET /practice/assets/practice.css`
pub async fn style() -> impl IntoResponse {
    asset("text/css; charset=utf-8", STYLE)
}

fn asset(content_type: &'static str, content: &'static str) -> impl IntoResponse {
    // Small files that change with the program: asked for again each time.
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-cache")], content)
}

/// The texts are our own and hold nothing that HTML would take for markup; a test looks.
fn case_list() -> String {
    let mut list = String::new();
    for (case, order) in CASES.iter().zip(1_u32..) {
        writeln!(
            list,
            "<li data-connection-number=\"{}\">\
             <h3><span>{order}. {}</span><span class=\"place\">練習町{}</span></h3>\
             <p>{}</p>{}</li>",
            connection_number(order),
            case.title,
            case.place.0,
            case.lesson,
            dials(case),
        )
        .expect("writing into a text cannot fail");
    }
    list
}

/// The same for what is done besides reading.
fn task_list() -> String {
    let mut list = String::new();
    for (task, number) in TASKS.iter().zip(1..) {
        writeln!(list, "<li><h3>{number}. {}</h3><p>{}</p></li>", task.title, task.lesson)
            .expect("writing into a text cannot fail");
    }
    list
}

fn dials(case: &Case) -> String {
    let digits = usize::from(case.meter.1);
    let shown = |value: u32| format!("<span class=\"dial digits\">{value:0digits$}</span>");
    let right =
        |value: u32| format!("<span class=\"dial digits\" data-dial>{value:0digits$}</span>");
    let words = match case.find {
        Find::Dials(value) => format!("<span>指針</span>{}", right(value)),
        Find::MistypedThenDials(wrong, value) => {
            format!("<span>はじめに</span>{}<span>正しい指針</span>{}", shown(wrong), right(value))
        }
        Find::DialsWithLeak(value) => {
            format!(
                "<span>指針</span>{}<span class=\"tag warn\">パイロット回転</span>",
                right(value)
            )
        }
        Find::NoRead(reason) => {
            format!("<span>理由</span><span class=\"tag warn\">{}</span>", reason.japanese())
        }
    };
    format!("<p class=\"dials\">{words}</p>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_list_could_be_taken_for_markup() {
        for case in CASES {
            for text in [case.title, case.lesson, case.place.0] {
                assert!(!text.contains(['<', '>', '&', '"']), "{text}");
            }
        }
        for task in TASKS {
            for text in [task.title, task.lesson] {
                assert!(!text.contains(['<', '>', '&', '"']), "{text}");
            }
        }
        assert_eq!(task_list().matches("<li>").count(), TASKS.len());
        assert_eq!(case_list().matches("<li ").count(), CASES.len());
        assert!(case_list().contains("0021"), "leading zeros are typed as on the dials");
    }

    #[test]
    fn every_key_of_the_terminal_is_on_the_page_and_every_task_uses_only_those() {
        let has_button = |key: &str| PAGE.contains(&format!("data-key=\"{key}\""));
        for key in shared::panel::KEY_NAMES {
            assert!(has_button(key), "no button for {key}");
        }
        for task in TASKS {
            for key in task.keys.split_whitespace() {
                let is_digit = key.len() == 1 && key.as_bytes()[0].is_ascii_digit();
                assert!(is_digit || has_button(key), "{}: {key}", task.title);
            }
        }
    }

    #[test]
    fn the_page_holds_no_code_of_its_own() {
        for inline in ["<script", "style=", "onclick", "javascript:"] {
            assert!(!PAGE.contains(inline), "{inline}");
        }
    }
}
