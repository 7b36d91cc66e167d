//! `README.txt`: what each file of an output folder is.
use std::fmt::Write as _;

/// The lines of the file.
#[derive(Debug, Default)]
pub(crate) struct Readme {
    files: Vec<(String, String)>,
}

impl Readme {
    /// Adds a file.
    pub(crate) fn add(&mut self, path: &str, meaning: &str) {
        self.files.push((path.to_owned(), meaning.to_owned()));
    }

    /// The text.
    pub(crate) fn text(&self) -> String {
        let width = self.files.iter().map(|(path, _)| path.len()).max().unwrap_or(0);
        let mut text = String::from(
            "Made by palenque. Edges point from seller to buyer; an empty cell is undefined, and the\n\
             column `status` says why.\n\n",
        );
        for (path, meaning) in &self.files {
            let _ = writeln!(text, "{path:<width$}  {meaning}");
        }
        let _ = write!(
            text,
            "{:<width$}  Inputs, configuration, findings and hashes: the same for the same inputs.\n\
             {:<width$}  Time, threads, memory and machine: differs from run to run.\n\n\
             palenque check FOLDER     does it still reproduce?\n\
             palenque explain NAME     what a metric, column or code means\n",
            "run.json", "run.log.json"
        );
        text
    }
}
