//! Where each key and value of a YAML text stands, by the events of `saphyr-parser`.

use std::collections::BTreeMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

/// A value without its content: where it stands and what it is made of.
#[derive(Debug)]
pub(super) struct Located {
    /// Bytes of the text; of a list or map from its first to its last item.
    pub(super) range: Range<usize>,
    /// What it is made of, by index.
    pub(super) shape: Shape,
}

/// What a value is made of, by index of the other values.
#[derive(Debug)]
pub(super) enum Shape {
    /// Text or number; plain if neither quoted nor a block.
    Scalar {
        /// Neither quoted nor a block.
        plain: bool,
    },
    /// Items of a list.
    List(Vec<usize>),
    /// Keys and values of a map.
    Map(Vec<(usize, usize)>),
    /// Another name for a value that stood before.
    Alias(usize),
}

/// Returns all values of a text, the outermost first; an error is the byte at which it stopped.
///
/// An empty text has none.
pub(super) fn locate(text: &str) -> Result<Vec<Located>, usize> {
    let mut reader =
        Reader { bytes: Bytes::new(text), located: Vec::new(), open: Vec::new(), anchors: BTreeMap::new() };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| reader.bytes.at(error.marker().index()))?;
        reader.take(&event, span)?;
    }
    Ok(reader.located)
}

struct Reader {
    bytes: Bytes,
    located: Vec<Located>,
    /// Lists and maps not yet closed.
    open: Vec<Open>,
    /// Value by the number of its anchor.
    anchors: BTreeMap<usize, usize>,
}

/// A list or map that is being read, and the values read of it so far; of a map, key and value in turn.
struct Open {
    index: usize,
    children: Vec<usize>,
}

impl Reader {
    fn take(&mut self, event: &Event<'_>, span: Span) -> Result<(), usize> {
        let range = self.bytes.at(span.start.index())..self.bytes.at(span.end.index());
        match event {
            Event::Scalar(_, style, anchor, _) => {
                let plain = matches!(style, ScalarStyle::Plain);
                self.add(range, Shape::Scalar { plain }, *anchor);
            }
            Event::Alias(anchor) => {
                let target = *self.anchors.get(anchor).ok_or(range.start)?;
                self.add(range, Shape::Alias(target), 0);
            }
            Event::SequenceStart(anchor, _) => self.open(range, Shape::List(Vec::new()), *anchor),
            Event::MappingStart(anchor, _) => self.open(range, Shape::Map(Vec::new()), *anchor),
            Event::SequenceEnd | Event::MappingEnd => self.close(&range),
            _ => {}
        }
        Ok(())
    }

    fn add(&mut self, range: Range<usize>, shape: Shape, anchor: usize) -> usize {
        let index = self.located.len();
        self.located.push(Located { range, shape });
        if anchor != 0 {
            self.anchors.insert(anchor, index);
        }
        if let Some(parent) = self.open.last_mut() {
            parent.children.push(index);
        }
        index
    }

    fn open(&mut self, range: Range<usize>, shape: Shape, anchor: usize) {
        let index = self.add(range, shape, anchor);
        self.open.push(Open { index, children: Vec::new() });
    }

    /// Closes the innermost list or map; the end of one in brackets has a length, of others none.
    fn close(&mut self, end: &Range<usize>) {
        let Some(Open { index, children }) = self.open.pop() else { return };
        let first = children.first().map(|child| self.located[*child].range.start);
        let last = children.last().map(|child| self.located[*child].range.end);
        let located = &mut self.located[index];
        if let (Some(first), Some(last)) = (first, last) {
            let last = if end.is_empty() { last } else { end.end };
            located.range = located.range.start.min(first)..last.max(first);
        }
        match &mut located.shape {
            Shape::List(items) => *items = children,
            Shape::Map(fields) => {
                *fields = children.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
            }
            Shape::Scalar { .. } | Shape::Alias(_) => {}
        }
    }
}

/// Turns positions counted in characters into bytes.
struct Bytes {
    /// Byte of each character; empty where every character is one byte.
    starts: Vec<usize>,
    length: usize,
}

impl Bytes {
    fn new(text: &str) -> Self {
        let starts = if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(at, _)| at).collect() };
        Self { starts, length: text.len() }
    }

    fn at(&self, character: usize) -> usize {
        if self.starts.is_empty() {
            return character.min(self.length);
        }
        self.starts.get(character).copied().unwrap_or(self.length)
    }
}
