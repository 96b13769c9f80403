//! Functions that read files: `file`, `templatefile` and similar ones.
//!
//! A path is relative to the folder of the root module, in which Terraform is run, or to the
//! checked folder, which `path.module` refers to here. Files outside of it are not read, and their
//! content is unknown.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::functions::digests;
use super::{Env, Evaluator, Reason, ScopeId, Value};
use crate::OtherFiles;
use crate::below::below;
use crate::terraform::syntax;

/// What functions read, and what was read.
#[derive(Debug, Default)]
pub(super) struct Files<'a> {
    source: Option<&'a dyn OtherFiles>,
    kept: HashMap<String, Option<Arc<[u8]>>>,
}

impl<'a> Files<'a> {
    pub(super) fn of(source: Option<&'a dyn OtherFiles>) -> Self {
        Self { source, kept: HashMap::new() }
    }

    fn read(&mut self, path: String, max_bytes: usize) -> Option<Arc<[u8]>> {
        let source = self.source?;
        let read = |path: &String| source.read(path, max_bytes).map(Arc::from);
        match self.kept.get(&path) {
            Some(known) => known.clone(),
            None => {
                let content = read(&path);
                self.kept.insert(path, content.clone());
                content
            }
        }
    }
}

/// The functions of this file.
const NAMES: &[&str] = &["file", "filebase64", "fileexists", "templatefile"];

type Digest = fn(&[u8]) -> String;

/// Functions of a file's bytes.
const DIGESTS: &[(&str, Digest)] = &[
    ("filebase64sha256", digests::in_base64::<Sha256>),
    ("filebase64sha512", digests::in_base64::<Sha512>),
    ("filemd5", digests::in_hex::<Md5>),
    ("filesha1", digests::in_hex::<Sha1>),
    ("filesha256", digests::in_hex::<Sha256>),
    ("filesha512", digests::in_hex::<Sha512>),
];

impl<'a> Evaluator<'a> {
    /// The result of a function that reads a file; `None` for other functions, or if nothing can be
    /// read.
    pub(super) fn read_by(
        &mut self,
        name: &Arc<str>,
        arguments: &[Value],
        scope: ScopeId,
    ) -> Option<Value> {
        let plain = name.strip_prefix("core::").unwrap_or(name);
        let digest = DIGESTS.iter().find(|(name, _)| *name == plain).map(|(_, digest)| digest);
        if (!NAMES.contains(&plain) && digest.is_none()) || self.files.source.is_none() {
            return None;
        }
        let path = match arguments.first()? {
            unknown @ Value::Unknown(_) => return Some(unknown.clone()),
            path => path.to_text()?,
        };
        // One that is not read may yet be there.
        let content = self.content(scope, &path)?;
        // The cost is counted first: content is kept under each spelling of its path.
        if !self.pay(content.len() / 16) {
            return Some(Value::unknown(Reason::Limit("steps")));
        }
        if let Some(digest) = digest {
            return Some(Value::text(digest(&content)));
        }
        if plain == "fileexists" {
            return Some(Value::Bool(true));
        }
        if plain == "filebase64" {
            return Some(Value::text(STANDARD.encode(&content)));
        }
        let Ok(text) = std::str::from_utf8(&content) else {
            return Some(Value::invalid("not UTF-8"));
        };
        match plain {
            "templatefile" => Some(self.filled(text, arguments.get(1)?)),
            _ => Some(Value::text(text)),
        }
    }

    fn content(&mut self, scope: ScopeId, path: &str) -> Option<Arc<[u8]>> {
        let root = self.scopes.first().map(|root| root.module.folder.as_str()).unwrap_or_default();
        let folder = self.module(scope).map(|module| module.folder.as_str()).unwrap_or_default();
        let mut candidates = vec![below(root, path), below("", path)];
        // A module of a registry may have been written to be its own root.
        candidates.push(below(folder, path));
        let max = self.limits.max_file_bytes;
        candidates.into_iter().flatten().find_map(|path| self.files.read(path, max))
    }

    /// A template with its values. Nothing else is in sight in it, and it reads no other.
    fn filled(&mut self, text: &str, values: &Value) -> Value {
        let values = match values {
            Value::Object(values) => values,
            unknown @ Value::Unknown(_) => return unknown.clone(),
            _ => return Value::invalid("not an object"),
        };
        let Ok(parts) = syntax::parse_template(text, self.limits) else {
            return Value::invalid("not a template");
        };
        let mut inner = self.bare();
        let mut env = Env::new(ScopeId(0));
        for (name, value) in values.iter() {
            env = env.with(name, value.clone());
        }
        let filled = inner.template(&parts, &mut env);
        self.steps = inner.steps;
        self.not_evaluated.append(&mut inner.not_evaluated);
        self.diagnostics = inner.diagnostics;
        filled
    }
}
