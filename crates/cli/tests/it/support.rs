//! Running the binary in a folder of its own.

use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

/// A folder that is removed when dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("it-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("room for a folder");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    #[expect(clippy::disallowed_methods, reason = "a test makes its own inputs")]
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("room for a folder");
        std::fs::write(path, text).expect("room for a file");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.join(name)).expect("the file is there")
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).expect("JSON")
    }

    /// A folder with a chain of firms, and a pipeline over it.
    pub(crate) fn with_chain() -> Self {
        let folder = Self::new();
        folder.write("edges.csv", EDGES);
        folder.write("nodes.csv", NODES);
        folder.write("palenque.toml", PIPELINE);
        folder
    }

    /// A folder with a network of many firms.
    pub(crate) fn with_many(firms: u64) -> Self {
        let folder = Self::new();
        folder.write("edges.csv", many(firms, 1));
        folder.write("palenque.toml", PIPELINE.replace("nodes = \"nodes.csv\"\n", ""));
        folder
    }

    /// Runs the binary here, without colour.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran(self.command(args).output().expect("the binary starts"))
    }

    /// Starts the binary here.
    pub(crate) fn spawn(&self, args: &[&str]) -> Child {
        let mut command = self.command(args);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary starts")
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_palenque"));
        command.args(args).current_dir(&self.0).env_remove("CLICOLOR_FORCE");
        command
    }

    /// Every file below a folder: path and bytes.
    pub(crate) fn files(&self, below: &str) -> Vec<(String, Vec<u8>)> {
        let root = self.join(below);
        let mut files = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Ok(bytes) = std::fs::read(&path) {
                    let name = path.strip_prefix(&root).expect("below").to_string_lossy();
                    files.push((name.into_owned(), bytes));
                }
            }
        }
        files.sort();
        files
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What the binary answered.
pub(crate) struct Ran(Output);

impl Ran {
    pub(crate) fn code(&self) -> i32 {
        self.0.status.code().unwrap_or(-1)
    }

    pub(crate) fn out(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).expect("UTF-8")
    }

    pub(crate) fn err(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).expect("UTF-8")
    }

    /// The answer, which must have this exit code.
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code(), code, "stdout: {}\nstderr: {}", self.out(), self.err());
        self
    }

    /// The one document of `--json`.
    pub(crate) fn document(&self) -> Value {
        serde_json::from_str(&self.out()).unwrap_or_else(|error| {
            panic!("{error}\nstdout: {}\nstderr: {}", self.out(), self.err())
        })
    }

    /// Codes of the findings under `--json`.
    pub(crate) fn codes(&self) -> Vec<String> {
        let document = self.document();
        let found = document["diagnostics"].as_array().expect("a list").clone();
        found.iter().map(|d| d["id"].as_str().expect("a code").to_owned()).collect()
    }
}

pub(crate) const EDGES: &str = "source,target,weight\n\
    agave_1,pal_1,60\nagave_2,pal_1,25\nagave_2,pal_2,15\npal_1,bottler,110\npal_2,bottler,40\n\
    bottler,shop,190\nbottler,export,80\nshop,bottler,5\n";

pub(crate) const NODES: &str = "id,name,stage,output,final_demand\n\
    agave_1,Campo Uno,agave,70,10\nagave_2,Campo Dos,agave,45,5\npal_1,Palenque Uno,distiller,130,20\n\
    pal_2,Palenque Dos,distiller,55,15\nbottler,Envasadora,bottler,300,30\nshop,Tienda,shop,240,235\n\
    export,Exportadora,shop,100,100\n";

const PIPELINE: &str = "version = 1\n\n[input]\nedges = \"edges.csv\"\nnodes = \"nodes.csv\"\nunit = \"MXN thousand\"\n\n\
    [output]\ndir = \"out\"\nformats = [\"csv\", \"parquet\"]\n\n\
    [[step]]\nid = \"core\"\nrun = \"measure\"\n\n\
    [[step]]\nid = \"sizes\"\nrun = \"draw\"\nchart = \"ccdf\"\n\n\
    [[step]]\nid = \"page\"\nrun = \"report\"\ntitle = \"A chain\"\n";

/// A network that looks the same for the same seed.
pub(crate) fn many(firms: u64, seed: u64) -> String {
    let mut text = String::from("source,target,weight\n");
    let mut state = seed;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    for i in 0..firms {
        for _ in 0..4 {
            let (j, flow) = (next() % firms, next() % 10_000 + 1);
            if i != j {
                let _ = writeln!(text, "f{i},f{j},{flow}.5");
            }
        }
    }
    text
}
