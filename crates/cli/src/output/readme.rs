//! `README.txt`: what each file of an output folder is.

use std::fmt::Write;

/// The files, those of one stem together.
#[derive(Debug, Default)]
pub(crate) struct Readme {
    files: Vec<(String, Vec<String>, String)>,
}

impl Readme {
    /// Adds a file; one that differs from an earlier one in its ending stands on that one's line.
    pub(crate) fn add(&mut self, path: &str, meaning: &str) {
        let name = path.rfind('/').map_or(0, |at| at + 1);
        let end = path[name..].find('.').map_or(path.len(), |at| name + at);
        let (stem, ending) = path.split_at(end);
        match self.files.iter_mut().find(|(known, ..)| known == stem) {
            Some((_, endings, _)) => endings.push(ending.to_owned()),
            None => {
                self.files.push((stem.to_owned(), vec![ending.to_owned()], meaning.to_owned()));
            }
        }
    }

    /// Adds several files of one meaning.
    pub(crate) fn add_all(&mut self, paths: &[String], meaning: &str) {
        for path in paths {
            self.add(path, meaning);
        }
    }

    /// The text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::from(
            "Made by palenque. Edges point from seller to buyer. An empty cell is undefined;\n\
             the column `status` says why. The .csv beside a figure is what it plots.\n",
        );
        let fixed = [
            (
                "run",
                ".json",
                "Inputs, configuration, findings, hashes: the same for the same inputs.",
            ),
            ("run.log", ".json", "Time, threads, memory, machine: differs from run to run."),
        ];
        let files = self
            .files
            .iter()
            .map(|(stem, endings, meaning)| (stem.as_str(), endings.join(" "), meaning.as_str()));
        let fixed = fixed.iter().map(|(stem, end, meaning)| (*stem, (*end).to_owned(), *meaning));
        for (stem, endings, meaning) in files.chain(fixed) {
            let _ = write!(text, "\n{stem}{endings}\n    {meaning}\n");
        }
        text.push_str(
            "\npalenque check FOLDER     does it still reproduce?\n\
             palenque explain NAME     what a metric, column or code means\n",
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_stem_share_a_line() {
        let mut readme = Readme::default();
        readme.add("tables/a.csv", "A.");
        readme.add("tables/a.vl.json", "A.");
        let text = readme.text();
        assert!(text.contains("\ntables/a.csv .vl.json\n    A.\n"), "{text}");
        assert!(text.lines().all(|line| line.len() <= 80));
    }
}
