//! From Markdown to the office's HTML (原稿の描画): links and pictures lead to their places here.

use std::collections::BTreeMap;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::book::address_of;

/// A chapter as HTML, and in pieces for the search.
pub(crate) struct Drawn {
    pub html: String,
    pub sections: Vec<Section>,
}

/// A heading and what stands below it.
#[derive(Default)]
pub(crate) struct Section {
    pub id: String,
    pub heading: String,
    pub text: String,
}

/// Draws the page of this file.
pub(crate) fn draw(file: &str, text: &str) -> Drawn {
    let mut events: Vec<Event> = Parser::new_ext(text, Options::ENABLE_TABLES)
        .filter(|event| !matches!(event, Event::Html(_) | Event::InlineHtml(_)))
        .map(|event| at_home(file, event))
        .collect();
    let sections = name_headings(&mut events);
    let mut html = String::new();
    html::push_html(&mut html, events.into_iter());
    // A wide table scrolls by itself and not the page.
    let html = html
        .replace("<table>", "<div class=\"table-frame\"><table class=\"list\">")
        .replace("</table>", "</table></div>");
    Drawn { html, sections }
}

/// A link to another page of the book, or a picture, as an address of this server.
fn at_home<'a>(file: &str, event: Event<'a>) -> Event<'a> {
    match event {
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = address(file, &dest_url);
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            let dest_url = address(file, &dest_url);
            Event::Start(Tag::Image { link_type, dest_url, title, id })
        }
        other => other,
    }
}

fn address(file: &str, target: &str) -> CowStr<'static> {
    let (path, anchor) = target.split_once('#').map_or((target, None), |(p, a)| (p, Some(a)));
    let mut address = if path.is_empty() {
        String::new()
    } else {
        let mut parts: Vec<&str> = file.split('/').collect();
        parts.pop();
        for part in path.split('/') {
            match part {
                ".." => drop(parts.pop()),
                "." => {}
                part => parts.push(part),
            }
        }
        address_of(&parts.join("/"))
    };
    if let Some(anchor) = anchor {
        address.push('#');
        address.push_str(anchor);
    }
    address.into()
}

/// Gives each heading the name that mdBook gives it, and gathers what stands below.
fn name_headings(events: &mut [Event]) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut known: BTreeMap<String, u32> = BTreeMap::new();
    let mut heading_at = None;
    for at in 0..events.len() {
        match &events[at] {
            Event::Start(Tag::Heading { level, .. }) => {
                heading_at = Some(at);
                if *level > HeadingLevel::H1 {
                    sections.push(Section::default());
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let Some((section, start)) = sections.last_mut().zip(heading_at.take()) else {
                    continue;
                };
                section.id = unique(name_of(&section.heading), &mut known);
                if let Event::Start(Tag::Heading { id, .. }) = &mut events[start] {
                    *id = Some(section.id.clone().into());
                }
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some(section) = sections.last_mut() {
                    let into =
                        if heading_at.is_some() { &mut section.heading } else { &mut section.text };
                    into.push_str(text);
                }
            }
            Event::End(TagEnd::TableCell | TagEnd::Paragraph | TagEnd::Item) | Event::SoftBreak => {
                if let Some(section) = sections.last_mut() {
                    section.text.push(' ');
                }
            }
            _ => {}
        }
    }
    sections
}

/// As mdBook: letters and digits, dashes for blanks, the rest left out.
fn name_of(heading: &str) -> String {
    heading
        .trim()
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c),
            c if c.is_whitespace() => Some('-'),
            _ => None,
        })
        .collect()
}

fn unique(name: String, known: &mut BTreeMap<String, u32>) -> String {
    let times = known.entry(name.clone()).or_default();
    *times += 1;
    if *times == 1 { name } else { format!("{name}-{}", *times - 1) }
}
