//! The manual pages of the command.

use std::fs;
use std::path::Path;

use clap::Command;
use clap_mangen::Man;

use crate::args::{self, ManArgs};
use crate::failure::Failure;
use crate::output;

const SOURCE: &str = concat!("sealift ", env!("CARGO_PKG_VERSION"));

/// `man`: the manual page of the command or of one verb, in roff, or a folder with all of them.
pub(crate) fn man(args: &ManArgs) -> Result<u8, Failure> {
    let command = args::documented();
    match &args.folder {
        Some(folder) => write_all(&command, folder)?,
        None => render(described(&command, &args.verb)?, None)?,
    }
    Ok(0)
}

fn described<'c>(command: &'c Command, verb: &[String]) -> Result<&'c Command, Failure> {
    let found = verb.iter().try_fold(command, |command, word| command.find_subcommand(word));
    found.ok_or_else(|| Failure::Value {
        flag: "man",
        value: verb.join(" "),
        hint: "`sealift --help` lists the verbs",
    })
}

/// Writes a page for each verb: each page refers to those of the verbs below it.
fn write_all(command: &Command, folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder)
        .map_err(|source| Failure::Output { path: Some(folder.to_owned()), source })?;
    let name = Man::new(command.clone()).get_filename();
    render(command, Some(&folder.join(name)))?;
    let mut verbs = command.get_subcommands().filter(|verb| !verb.is_hide_set());
    verbs.try_for_each(|verb| write_all(verb, folder))
}

fn render(command: &Command, path: Option<&Path>) -> Result<(), Failure> {
    let page = Man::new(command.clone()).source(SOURCE);
    output::emit(path, |mut out| page.render(&mut out))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages() -> Vec<(String, String)> {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        man(&ManArgs { verb: Vec::new(), folder: Some(inner.clone()) }).unwrap();
        let entries = fs::read_dir(inner).unwrap().map(|entry| entry.unwrap().path());
        let named = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        entries.map(|path| (named(&path), fs::read_to_string(path).unwrap())).collect()
    }

    #[test]
    fn every_page_that_a_page_names_is_there() {
        let pages = pages();
        let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
        for page in
            ["sealift.1", "sealift-config.1", "sealift-db-build.1", "sealift-harbor-serve.1"]
        {
            assert!(names.contains(&page), "{page}: {names:?}");
        }
        for (name, text) in &pages {
            let plain = text.replace('\\', "");
            let named = plain.lines().filter_map(|line| line.strip_suffix("(1)"));
            for other in named.filter(|line| line.starts_with("sealift")) {
                assert!(names.contains(&format!("{other}.1").as_str()), "{name} names {other}");
            }
            assert!(text.contains(SOURCE), "{name}");
        }
    }

    #[test]
    fn a_verb_below_a_verb_has_a_page() {
        let command = args::documented();
        let found = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
            described(&command, &words).map(Command::get_name).ok()
        };
        assert_eq!(found(&["db", "build"]), Some("build"));
        assert_eq!(found(&["i"]), Some("image"));
        assert_eq!(found(&[]), Some("sealift"));
        assert_eq!(found(&["db", "nothing"]), None);
    }
}
