//! What can be typed. clap is named here, and where completions and the manual page are printed.

pub(crate) mod input;
pub(crate) mod policy;
pub(crate) mod usage;
pub(crate) mod values;

use clap::{Args, Parser, Subcommand, ValueEnum};
use input::InputArgs;
use std::path::PathBuf;

/// Graph analytics for production networks.
#[derive(Debug, Parser)]
#[command(
    name = "palenque",
    version,
    override_help = usage::TOP_HELP,
    disable_help_subcommand = true,
    max_term_width = 80
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// Flags of every verb.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Flags of every verb")]
pub(crate) struct Common {
    /// Print one JSON document on stdout
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Errors only
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say what is done, with time and memory; -vv says more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Colour on terminals, always, or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: When,
    /// A bar on terminals, plain lines, or nothing
    #[arg(long, global = true, value_name = "HOW", default_value = "auto")]
    pub(crate) progress: ProgressStyle,
    /// Exit 1 when there are warnings
    #[arg(long, global = true)]
    pub(crate) strict: bool,
    /// Accept these warnings, such as W0408,W0209
    #[arg(long, global = true, value_name = "CODES", value_delimiter = ',')]
    pub(crate) allow: Vec<String>,
    /// How many threads; all by default. Never changes a number
    #[arg(short = 'j', long, global = true, value_name = "N")]
    pub(crate) threads: Option<u16>,
    /// The most memory that reading or a full matrix may take, such as 8GiB
    #[arg(long, global = true, value_name = "SIZE", value_parser = values::bytes)]
    pub(crate) max_memory: Option<u64>,
    /// Stop after this time, such as 10m
    #[arg(long, global = true, value_name = "TIME", value_parser = values::duration)]
    pub(crate) time_limit: Option<std::time::Duration>,
    /// Work in this folder
    #[arg(short = 'C', global = true, value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
}

/// When to colour.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressStyle {
    Auto,
    Plain,
    Never,
}

/// The verbs, in the order of the help.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Make the Tonaya case, run its pipeline, and say where to look
    #[command(before_help = usage::DEMO)]
    Demo(DemoArgs),
    /// Write a commented palenque.toml for the files you have
    #[command(before_help = usage::INIT)]
    Init(InitArgs),
    /// Say whether the data are sound: exit 0 yes, 1 warnings under --strict, 3 refused
    #[command(before_help = usage::VALIDATE)]
    Validate(ReadArgs),
    /// Say what is in the data
    #[command(before_help = usage::INSPECT)]
    Inspect(ReadArgs),
    /// Compute indices and write their tables
    #[command(before_help = usage::MEASURE)]
    Measure(MeasureArgs),
    /// Draw one figure
    #[command(before_help = usage::DRAW)]
    Draw(DrawArgs),
    /// Twelve indices of a cluster, each with what it says
    #[command(before_help = usage::PROFILE)]
    Profile(ProfileArgs),
    /// Put tables, figures and methods on one offline page
    #[command(before_help = usage::REPORT)]
    Report(ReportArgs),
    /// Write the network as a file of another program
    #[command(before_help = usage::CONVERT)]
    Convert(ConvertArgs),
    /// Run the pipeline of a palenque.toml
    #[command(before_help = usage::RUN)]
    Run(RunArgs),
    /// Say whether an output folder still reproduces: exit 0 yes, 1 no
    #[command(before_help = usage::CHECK)]
    Check(CheckArgs),
    /// Say what differs between two tables or output folders
    #[command(before_help = usage::COMPARE)]
    Compare(CompareArgs),
    /// List metrics, charts, readers, exporters, models or codes
    #[command(before_help = usage::LIST)]
    List(ListArgs),
    /// Explain a metric, column, chart, model, table or diagnostic code
    #[command(before_help = usage::EXPLAIN)]
    Explain(ExplainArgs),
    /// Print the JSON Schema of palenque.toml, run.json or the tables
    #[command(before_help = usage::SCHEMA)]
    Schema(SchemaArgs),
    /// Make a synthetic economy, the same for the same seed
    #[command(before_help = usage::GENERATE)]
    Generate(GenerateArgs),
    /// Print completions for a shell
    #[command(before_help = usage::COMPLETIONS)]
    Completions(CompletionsArgs),
    /// Print the manual page
    #[command(before_help = usage::MAN)]
    Man,
    /// Decode a file for another palenque
    #[command(name = "__read", hide = true)]
    ReadChild(ReadChildArgs),
}

impl Verb {
    /// The name that was typed.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Demo(_) => "demo",
            Self::Init(_) => "init",
            Self::Validate(_) => "validate",
            Self::Inspect(_) => "inspect",
            Self::Measure(_) => "measure",
            Self::Draw(_) => "draw",
            Self::Profile(_) => "profile",
            Self::Report(_) => "report",
            Self::Convert(_) => "convert",
            Self::Run(_) => "run",
            Self::Check(_) => "check",
            Self::Compare(_) => "compare",
            Self::List(_) => "list",
            Self::Explain(_) => "explain",
            Self::Schema(_) => "schema",
            Self::Generate(_) => "generate",
            Self::Completions(_) => "completions",
            Self::Man => "man",
            Self::ReadChild(_) => "__read",
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// The folder to make
    #[arg(default_value = "tonaya")]
    pub(crate) dir: PathBuf,
    /// The seed of the synthetic cluster
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many firms; the model's own number by default
    #[arg(long, value_name = "N")]
    pub(crate) firms: Option<usize>,
    /// Replace a folder that palenque did not write
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Args, Debug)]
pub(crate) struct InitArgs {
    /// The folder for palenque.toml
    #[arg(default_value = ".")]
    pub(crate) dir: PathBuf,
    #[command(flatten)]
    pub(crate) input: InputArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ReadArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Full names, whatever the terminal's width
    #[arg(long)]
    pub(crate) wide: bool,
}

/// What to compute.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "What to compute")]
pub(crate) struct ChoiceArgs {
    /// Columns, metrics, @families or @all; a core set by default
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) metrics: Vec<String>,
    /// A parameter of a metric, such as pagerank.damping=0.9
    #[arg(long, value_name = "METRIC.PARAM=VALUE", value_parser = values::pair)]
    pub(crate) set: Vec<(String, String)>,
    /// A side table that a metric asks for, such as shocks=shocks.csv
    #[arg(long = "input", value_name = "NAME=FILE", value_parser = values::pair)]
    pub(crate) sides: Vec<(String, String)>,
    /// Put nodes together first: role, stage, sector or region
    #[arg(long, value_name = "COLUMN")]
    pub(crate) by: Option<String>,
    /// The seed of everything random; recorded
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Set figures beside random networks: rewire, stage_rewire, weights, shuffle, labels, dcgm, config, maxent
    #[expect(clippy::doc_markdown, reason = "the text of --help")]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) null: Vec<String>,
    /// How many random networks of each kind
    #[arg(long, value_name = "N", default_value_t = crate::config::REPLICATES)]
    pub(crate) replicates: usize,
    /// Intervals of figures, from so many networks of firms drawn anew
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) bootstrap: usize,
}

/// Where results go.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Where results go")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct OutArgs {
    /// A file, a folder, or - for stdout
    #[arg(short, long, value_name = "PATH")]
    pub(crate) out: Option<PathBuf>,
    /// Replace a folder that palenque did not write
    #[arg(long)]
    pub(crate) force: bool,
    /// Wait for another palenque that writes to the folder
    #[arg(long)]
    pub(crate) wait: bool,
    /// Set the time of unchanged files too, for make
    #[arg(long)]
    pub(crate) touch: bool,
    /// Begin CSV files with a byte-order mark, for Excel
    #[arg(long)]
    pub(crate) bom: bool,
    /// Put an apostrophe before cells that a spreadsheet would run
    #[arg(long)]
    pub(crate) spreadsheet_safe: bool,
}

#[derive(Args, Debug)]
pub(crate) struct MeasureArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) choice: ChoiceArgs,
    #[command(flatten)]
    pub(crate) out: OutArgs,
    /// Formats of tables: csv, parquet, arrow, json (or of input: pymrio)
    #[arg(
        short,
        long,
        value_name = "LIST",
        value_delimiter = ',',
        help_heading = "Where results go"
    )]
    pub(crate) format: Vec<String>,
}

/// How figures look.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "How figures look")]
pub(crate) struct FigureArgs {
    /// Size: screen, paper-1col, paper-2col or slide
    #[arg(long, default_value = "screen")]
    pub(crate) preset: String,
    /// Ground: light or dark
    #[arg(long, default_value = "light")]
    pub(crate) theme: String,
    /// Leave out the source line at the foot
    #[arg(long)]
    pub(crate) no_caption: bool,
    /// Dots per inch of PNG files
    #[arg(long, value_name = "N", default_value_t = 300)]
    pub(crate) dpi: u32,
}

#[derive(Args, Debug)]
pub(crate) struct DrawArgs {
    /// The chart; `palenque list charts` names them
    pub(crate) chart: String,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) choice: ChoiceArgs,
    /// An option of the chart, such as top=20
    #[arg(long = "option", value_name = "NAME=VALUE", value_parser = values::pair)]
    pub(crate) options: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) figure: FigureArgs,
    /// Formats of figures: svg, png, pdf
    #[arg(
        short,
        long,
        value_name = "LIST",
        value_delimiter = ',',
        help_heading = "Where results go"
    )]
    pub(crate) format: Vec<String>,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ProfileArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// A side table: tasks=FILE (who does what), essential=FILE (which inputs are)
    #[arg(long = "input", value_name = "NAME=FILE", value_parser = values::pair)]
    pub(crate) sides: Vec<(String, String)>,
    /// Networks of each kind for intervals and chance; 0 for neither
    #[arg(long, value_name = "N", default_value_t = 199)]
    pub(crate) replicates: usize,
    /// The seed of everything random; recorded
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// The title of the page
    #[arg(long)]
    pub(crate) title: Option<String>,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) choice: ChoiceArgs,
    /// The title of the page
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Leave out the source line at the foot of figures
    #[arg(long)]
    pub(crate) no_caption: bool,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ConvertArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The format; `palenque list exporters` names them
    #[arg(long, value_name = "FORMAT", help_heading = "Where results go")]
    pub(crate) to: String,
    /// The period to write, where there are several
    #[arg(long, value_name = "NAME", help_heading = "Where results go")]
    pub(crate) period: Option<String>,
    /// A file, or - for stdout; of two files it is the common part of the name
    #[arg(short, long, value_name = "FILE", help_heading = "Where results go")]
    pub(crate) out: Option<PathBuf>,
    /// Begin CSV files with a byte-order mark, for Excel
    #[arg(long, help_heading = "Where results go")]
    pub(crate) bom: bool,
    /// Put an apostrophe before cells that a spreadsheet would run
    #[arg(long, help_heading = "Where results go")]
    pub(crate) spreadsheet_safe: bool,
}

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct RunArgs {
    /// The pipeline
    #[arg(default_value = "palenque.toml")]
    pub(crate) file: PathBuf,
    /// Print the configuration with every default, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Run these steps and what they need
    #[arg(long, value_name = "STEPS", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Overrule a key, such as seed=9 or output.dir=x; recorded
    #[arg(long, value_name = "KEY=VALUE", value_parser = values::pair)]
    pub(crate) set: Vec<(String, String)>,
    /// A side table for the steps whose metrics ask for it; recorded
    #[arg(long = "input", value_name = "NAME=FILE", value_parser = values::pair)]
    pub(crate) sides: Vec<(String, String)>,
    /// Print inputs, outputs or steps, and run nothing
    #[arg(long, value_name = "WHAT")]
    pub(crate) list: Option<Listed>,
    /// Also write a Make dependency file
    #[arg(long, value_name = "FILE")]
    pub(crate) depfile: Option<PathBuf>,
    /// Print a stanza for another tool, and run nothing
    #[arg(long, value_name = "TOOL")]
    pub(crate) emit: Option<Tool>,
    /// The output folder, instead of output.dir
    #[arg(short, long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Replace a folder that palenque did not write
    #[arg(long)]
    pub(crate) force: bool,
    /// Wait for another palenque that writes to the folder
    #[arg(long)]
    pub(crate) wait: bool,
    /// Set the time of unchanged files too, for make
    #[arg(long)]
    pub(crate) touch: bool,
}

/// What `run --list` prints.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Listed {
    Inputs,
    Outputs,
    Steps,
}

/// For whom `run --emit` writes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Tool {
    Make,
    Snakemake,
    Dvc,
}

#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// An output folder
    pub(crate) dir: PathBuf,
    /// How far numbers may be apart: abs=0,rel=1e-12
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = values::pair)]
    pub(crate) tolerance: Vec<(String, String)>,
    /// Replace what differs
    #[arg(long)]
    pub(crate) update: bool,
}

#[derive(Args, Debug)]
pub(crate) struct CompareArgs {
    /// A table or an output folder
    pub(crate) before: PathBuf,
    /// Another one
    pub(crate) after: PathBuf,
    /// More of them, side by side
    pub(crate) more: Vec<PathBuf>,
    /// One row an index, one column a folder or table: profile.csv or `network_summary.csv`
    #[arg(long)]
    pub(crate) side_by_side: bool,
    /// The period that is set side by side; the last of each by default
    #[arg(long, value_name = "PERIOD")]
    pub(crate) period: Option<String>,
    /// A CSV file for what stands side by side
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// How far numbers may be apart: abs=0,rel=1e-12
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = values::pair)]
    pub(crate) tolerance: Vec<(String, String)>,
    /// Exit 1 when more cells than this differ
    #[arg(long, value_name = "N")]
    pub(crate) fail_above: Option<u64>,
}

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// What to list
    #[arg(default_value = "metrics")]
    pub(crate) what: Catalogue,
}

/// What `palenque list` lists.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Catalogue {
    Metrics,
    Columns,
    Charts,
    Readers,
    Exporters,
    Models,
    Codes,
}

#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// A metric, column, chart, model, table or code
    pub(crate) name: String,
}

#[derive(Args, Debug)]
pub(crate) struct SchemaArgs {
    /// Which schema
    #[arg(default_value = "config")]
    pub(crate) what: SchemaOf,
}

/// What `palenque schema` prints.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SchemaOf {
    Config,
    Run,
    Tables,
    Json,
}

#[derive(Args, Debug)]
pub(crate) struct GenerateArgs {
    /// The model; `palenque list models` names them
    pub(crate) model: String,
    /// The folder to write to
    #[arg(short, long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// How many firms; the model's own number by default
    #[arg(long, value_name = "N")]
    pub(crate) firms: Option<usize>,
    /// How many periods; the model's own number by default
    #[arg(long, value_name = "N")]
    pub(crate) periods: Option<usize>,
    /// The seed
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Replace a folder that palenque did not write
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Args, Debug)]
pub(crate) struct ReadChildArgs {
    /// The file's format
    pub(crate) format: String,
}
