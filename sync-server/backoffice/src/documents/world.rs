//! The world that typst sees (組版の環境): one template, one file of data, our typeface, and no clock.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

/// What the template reads with `json("data.json")`.
const DATA_PATH: &str = "data.json";

static FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| {
    [shared::font::REGULAR, shared::font::BOLD]
        .into_iter()
        .flat_map(|file| Font::iter(Bytes::new(file)))
        .collect()
});
static BOOK: LazyLock<LazyHash<FontBook>> =
    LazyLock::new(|| LazyHash::new(FontBook::from_fonts(FONTS.iter())));
static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// A template with its data.
pub(super) struct Paper {
    template: Source,
    data_id: FileId,
    data: Bytes,
}

impl Paper {
    /// `name` stands in typst's messages.
    pub(super) fn new(name: &'static str, template: &str, data: Vec<u8>) -> Self {
        let template = Source::new(file_id(name), template.to_owned());
        Self { template, data_id: file_id(DATA_PATH), data: Bytes::new(data) }
    }
}

fn file_id(path: &'static str) -> FileId {
    let path = VirtualPath::new(path).expect("our own names are plain file names");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

impl World for Paper {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &BOOK
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(not_found(id)) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data_id { Ok(self.data.clone()) } else { Err(not_found(id)) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.get(index).cloned()
    }

    /// Dates stand in the data; a paper does not know when it is set.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn not_found(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}
