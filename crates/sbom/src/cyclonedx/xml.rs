//! Converts CycloneDX in XML to the equivalent JSON (`bom-1.2.xsd` to `bom-1.6.xsd`), so that both
//! are read alike.

use crate::Error;
use crate::catalogers::xml::{Bounds, Elements, Step, Tag};
use crate::document::PlacedJson;

/// How the namespace of every version begins; the version follows.
const NAMESPACE: &str = "http://cyclonedx.org/schema/bom/";

/// Two elements for each component within another, as many as
/// [`DocumentLimits`](crate::DocumentLimits) permits by default and some more, so that it is told
/// where they are too many; and what stands in the innermost.
const BOUNDS: Bounds = Bounds { max_depth: 96, max_text_bytes: 1 << 20 };

/// What an element is in JSON.
enum Shape {
    /// A string.
    Text,
    /// A number.
    Number,
    Object(&'static Object),
    /// A list of what elements of this name are.
    List(&'static str, &'static Shape),
    /// A list of objects of one field each.
    Choices(&'static [Field]),
    /// An entry of the dependency graph, whose references stand in attributes.
    Dependency,
}

/// An element that is an object.
struct Object {
    /// Attributes that are fields.
    attributes: &'static [&'static str],
    /// The field that its own text is.
    text: Option<&'static str>,
    /// Inner elements that are fields of the same name.
    fields: &'static [Field],
}

type Field = (&'static str, Shape);

static ROOT: Shape = Shape::Object(&BOM);

static BOM: Object = Object {
    attributes: &[],
    text: None,
    fields: &[
        ("metadata", Shape::Object(&METADATA)),
        ("components", Shape::List("component", &Shape::Object(&COMPONENT))),
        ("dependencies", Shape::List("dependency", &Shape::Dependency)),
        ("compositions", Shape::List("composition", &Shape::Object(&COMPOSITION))),
    ],
};

static METADATA: Object = Object {
    attributes: &[],
    text: None,
    fields: &[
        ("timestamp", Shape::Text),
        ("component", Shape::Object(&COMPONENT)),
        ("properties", PROPERTIES),
    ],
};

static COMPONENT: Object = Object {
    attributes: &["type", "bom-ref"],
    text: None,
    fields: &[
        ("group", Shape::Text),
        ("name", Shape::Text),
        ("version", Shape::Text),
        ("scope", Shape::Text),
        ("purl", Shape::Text),
        ("publisher", Shape::Text),
        ("supplier", Shape::Object(&NAMED)),
        ("hashes", Shape::List("hash", &Shape::Object(&HASH))),
        ("licenses", Shape::Choices(&LICENSES)),
        ("evidence", Shape::Object(&EVIDENCE)),
        ("properties", PROPERTIES),
        ("components", Shape::List("component", &Shape::Object(&COMPONENT))),
    ],
};

static NAMED: Object =
    Object { attributes: &[], text: None, fields: &[("id", Shape::Text), ("name", Shape::Text)] };

static LICENSES: [Field; 2] = [("license", Shape::Object(&NAMED)), ("expression", Shape::Text)];

static HASH: Object = Object { attributes: &["alg"], text: Some("content"), fields: &[] };

static EVIDENCE: Object = Object {
    attributes: &[],
    text: None,
    fields: &[("occurrences", Shape::List("occurrence", &Shape::Object(&OCCURRENCE)))],
};

static OCCURRENCE: Object = Object {
    attributes: &[],
    text: None,
    fields: &[("location", Shape::Text), ("line", Shape::Number)],
};

static COMPOSITION: Object =
    Object { attributes: &[], text: None, fields: &[("aggregate", Shape::Text)] };

const PROPERTIES: Shape = Shape::List("property", &Shape::Object(&PROPERTY));

static PROPERTY: Object = Object { attributes: &["name"], text: Some("value"), fields: &[] };

/// The JSON that an XML document stands for, each element on its line.
///
/// # Errors
/// It is no XML, or its root is none of CycloneDX.
pub(super) fn to_json(text: &str, format: &'static str) -> Result<String, Error> {
    let mut elements = Elements::bounded(text, format, BOUNDS);
    let mut json = PlacedJson::new();
    let mut open: Vec<Frame> = Vec::new();
    let mut is_begun = false;
    while let Some(step) = elements.next()? {
        match step {
            Step::Open(tag) if open.is_empty() && !is_begun => {
                is_begun = true;
                open.push(root(&tag, &mut json, format)?);
            }
            Step::Open(tag) => {
                let inner = open.last().and_then(|frame| frame.inner(&tag, &mut json));
                open.push(inner.unwrap_or_default());
            }
            Step::Close(closed) => {
                if let Some(frame) = open.pop() {
                    frame.close(closed.text, &mut json);
                }
            }
        }
    }
    Ok(json.finish())
}

fn root(tag: &Tag<'_>, json: &mut PlacedJson, format: &'static str) -> Result<Frame, Error> {
    let namespace = tag.attributes().find(|value| value.starts_with(NAMESPACE));
    let name = tag.path.last().map_or("", String::as_str);
    let Some(namespace) = namespace.filter(|_| name == "bom") else {
        let name = crate::document::excerpt(name);
        let reason = format!("the root of this XML, {name}, is no bom of CycloneDX");
        return Err(Error::Malformed { format, reason, line: Some(tag.line) });
    };
    json.object();
    json.field("bomFormat", "CycloneDX");
    json.field("specVersion", namespace.get(NAMESPACE.len()..).unwrap_or_default());
    for name in ["serialNumber", "version"] {
        if let Some(value) = tag.attribute(name) {
            json.field(name, &value);
        }
    }
    Ok(Frame { shape: Some(&ROOT), ends: 1 })
}

/// An element that has begun.
#[derive(Clone, Copy, Default)]
struct Frame {
    /// What it is; nothing of others is read.
    shape: Option<&'static Shape>,
    /// How many objects and lists end with it.
    ends: u8,
}

impl Frame {
    /// What an element within this one is.
    fn inner(self, tag: &Tag<'_>, json: &mut PlacedJson) -> Option<Self> {
        let name = tag.path.last()?;
        let named = |fields: &'static [Field]| {
            fields.iter().find(|(known, _)| known == name).map(|(_, shape)| shape)
        };
        match self.shape? {
            Shape::Object(object) => {
                let shape = named(object.fields)?;
                json.key(name);
                Some(Self::begin(shape, tag, json))
            }
            Shape::List(item, shape) if item == name => {
                json.on_line(tag.line);
                Some(Self::begin(shape, tag, json))
            }
            Shape::Choices(fields) => {
                let shape = named(fields)?;
                json.object();
                json.key(name);
                let inner = Self::begin(shape, tag, json);
                Some(Self { ends: inner.ends + 1, ..inner })
            }
            Shape::Dependency => {
                if let Some(needed) = tag.attribute("ref").filter(|_| name == "dependency") {
                    json.string(&needed);
                }
                None
            }
            Shape::Text | Shape::Number | Shape::List(..) => None,
        }
    }

    fn begin(shape: &'static Shape, tag: &Tag<'_>, json: &mut PlacedJson) -> Self {
        let ends = match shape {
            Shape::Text | Shape::Number => 0,
            Shape::Object(object) => {
                json.object();
                for name in object.attributes {
                    if let Some(value) = tag.attribute(name) {
                        json.field(name, &value);
                    }
                }
                1
            }
            Shape::List(..) | Shape::Choices(_) => {
                json.list();
                1
            }
            Shape::Dependency => {
                json.object();
                json.field("ref", &tag.attribute("ref").unwrap_or_default());
                json.key("dependsOn");
                json.list();
                2
            }
        };
        Self { shape: Some(shape), ends }
    }

    /// The element ends, its text is known.
    fn close(self, text: &str, json: &mut PlacedJson) {
        match self.shape {
            Some(Shape::Text) => json.string(text),
            Some(Shape::Number) => match text.parse::<u64>() {
                Ok(number) => json.raw(&number.to_string()),
                Err(_) => json.raw("null"),
            },
            Some(Shape::Object(Object { text: Some(key), .. })) => json.field(key, text),
            _ => {}
        }
        (0..self.ends).for_each(|_| json.end());
    }
}
