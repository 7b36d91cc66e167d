//! `palenque init`: a pipeline for the files one has.

use super::Done;
use crate::args::InitArgs;
use crate::args::policy;
use crate::config::toml_quoted;
use crate::diagnostics::Outcome;
use crate::output::{Folder, relative, shown};
use crate::pipeline::write::save_one;
use crate::session::Session;
use palenque_graph::Diagnostic;
use palenque_ingest::Policy;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};

const NAME: &str = "palenque.toml";

pub(super) fn run(_: &mut Session, args: &InitArgs) -> Outcome<Done> {
    let folder = Folder::open(&args.dir)?;
    let place = shown(&args.dir.join(NAME));
    if folder.kind(NAME).is_some() {
        return Err(Diagnostic::new("E0804", format!("{place} is there already"))
            .note("`init` never overwrites")
            .help("edit it, or choose another folder: `palenque init DIR`")
            .into());
    }
    let inside = |path: &Path| {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let absolute = absolute.canonicalize().unwrap_or(absolute);
        shown(&relative(&absolute, folder.path()))
    };
    for path in [&args.input.edges, &args.input.table, &args.input.graph, &args.input.nodes]
        .into_iter()
        .flatten()
    {
        if !path.exists() {
            return Err(Diagnostic::new("E0101", format!("{} is not there", shown(path)))
                .help("check the path; without a file, `palenque init` writes an example")
                .into());
        }
    }
    let found = Found::in_folder(&folder);
    let graph = args.input.graph.as_deref().map(inside);
    let typed = (args.input.edges.as_deref().map(inside), args.input.table.as_deref().map(inside));
    let (edges, table) = match typed {
        (None, None) if args.input.make.is_some() || graph.is_some() => (None, None),
        (None, None) if found.edges.is_none() => (None, found.table),
        (None, None) => (found.edges, None),
        typed => typed,
    };
    let make_use =
        args.input.make.as_deref().map(inside).zip(args.input.uses.as_deref().map(inside));
    let found_nodes = found.nodes.filter(|_| graph.is_none());
    let nodes = args.input.nodes.as_deref().map(inside).or(found_nodes);
    let accounts = args.input.accounts.as_deref().map(inside);
    let final_demand = args.input.final_demand.as_deref().map(inside);
    let relations: Vec<(String, String)> = args
        .input
        .relations
        .iter()
        .map(|(name, path)| (name.clone(), inside(&PathBuf::from(path))))
        .collect();
    let text = text(&Chosen {
        edges: edges.clone(),
        table: table.clone(),
        graph: graph.clone(),
        make_use: make_use.clone(),
        nodes: nodes.clone(),
        accounts,
        final_demand,
        relations,
        unit: args.input.unit.clone(),
        policy: args.input.policy(),
    });
    save_one(&folder, NAME, |file| Ok(file.write_all(text.as_bytes())?))?;
    let result = json!({ "file": place, "edges": edges, "table": table, "nodes": nodes });
    let next = match edges.or(table).or(graph).or(make_use.map(|(make, _)| make)) {
        Some(_) => format!("made {place}; next: palenque run {place}\n"),
        None => {
            format!("made {place}; name your file of flows in it, then: palenque run {place}\n")
        }
    };
    Ok(Done::text(next, result))
}

/// Files that look like edges and nodes by their names.
#[derive(Default)]
struct Found {
    edges: Option<String>,
    table: Option<String>,
    nodes: Option<String>,
}

impl Found {
    fn in_folder(folder: &Folder) -> Self {
        let names = folder.names();
        let readable = |name: &&String| {
            let lower = name.to_lowercase();
            let ends = [".csv", ".tsv", ".csv.gz", ".csv.zst", ".parquet", ".arrow"];
            ends.iter().any(|end| lower.ends_with(end))
        };
        let like = |words: &[&str]| {
            let is_like =
                |name: &&String| words.iter().any(|word| name.to_lowercase().contains(word));
            names.iter().filter(readable).find(is_like).cloned()
        };
        Self {
            edges: like(&["edge", "flow", "trade", "sales", "link"]),
            table: like(&["io_table", "iotable", "input_output", "input-output", "io_"]),
            nodes: like(&["node", "firm", "compan", "sector"]),
        }
    }
}

struct Chosen {
    edges: Option<String>,
    table: Option<String>,
    graph: Option<String>,
    make_use: Option<(String, String)>,
    nodes: Option<String>,
    accounts: Option<String>,
    final_demand: Option<String>,
    relations: Vec<(String, String)>,
    unit: Option<String>,
    policy: Policy,
}

fn text(chosen: &Chosen) -> String {
    let line = |key: &str, value: &Option<String>, example: &str, comment: &str| match value {
        Some(value) => {
            format!("{key} = {}    # {comment}\n", toml_quoted(&value.replace('$', "$$")))
        }
        None => format!("# {key} = {example}    # {comment}\n"),
    };
    let mut text = String::from(
        "# A pipeline of palenque. `palenque run` runs it; `palenque run --dry-run` prints every default.\n\
         version = 1\nseed = 1\n\n[input]\n",
    );
    if let Some((make, uses)) = chosen.make_use.clone() {
        text += &line("make", &Some(make), "", "a make table: industry by product");
        text += &line("use", &Some(uses), "", "a use table: product by industry, and final demand");
    } else if chosen.graph.is_some() {
        text += &line("graph", &chosen.graph, "", "nodes and edges: GraphML, GEXF, Pajek or JSON");
    } else if chosen.table.is_some() {
        text += &line("table", &chosen.table, "", "an input-output table: who supplies whom");
    } else {
        let edges = chosen.edges.clone().unwrap_or_else(|| "edges.csv".into());
        text += &line("edges", &Some(edges), "", "who supplies whom: seller, buyer, flow");
        text +=
            &line("table", &None, "\"io_2023.csv\"", "an input-output table, in place of edges");
    }
    if chosen.graph.is_none() {
        let comment = "firms: id, stage, region, output ...";
        text += &line("nodes", &chosen.nodes, "\"nodes.csv\"", comment);
    }
    text += &line("accounts", &chosen.accounts, "\"accounts.csv\"", "id, period, output ...");
    text += &line("final_demand", &chosen.final_demand, "\"demand.csv\"", "by node and category");
    text += &line("unit", &chosen.unit, "\"MXN thousand\"", "the unit of the flows");
    if chosen.relations.is_empty() {
        text += "# relations = { cooperation = \"ties.csv\" }\n";
    } else {
        let pairs: Vec<String> = chosen
            .relations
            .iter()
            .map(|(name, path)| format!("{} = {}", toml_quoted(name), toml_quoted(path)))
            .collect();
        let _ = writeln!(text, "relations = {{ {} }}", pairs.join(", "));
    }
    let default = policy::resolved(&Policy::default());
    let asked: Vec<(String, Value)> = policy::resolved(&chosen.policy)
        .into_iter()
        .filter(|(key, value)| default.get(key) != Some(value))
        .collect();
    text += "\n# A flag that a message names is a key here: `--decimal comma --thousands .` is decimal = \"comma\", thousands = \".\".\n\
             [input.policy]    # `palenque schema config` lists all choices\n";
    if asked.is_empty() {
        text += "# duplicates = \"sum\"        # sum, first, max or error\n\
                 # unknown_nodes = \"add\"     # error, add or drop\n\
                 # decimal = \"comma\"\n";
    }
    for (key, value) in asked {
        let value = match &value {
            Value::Object(map) => {
                let pairs: Vec<String> =
                    map.iter().map(|(k, v)| format!("{} = {v}", toml_quoted(k))).collect();
                format!("{{ {} }}", pairs.join(", "))
            }
            other => other.to_string(),
        };
        let _ = writeln!(text, "{key} = {value}");
    }
    text += "\n[output]\ndir = \"out\"\nformats = [\"csv\"]        # csv, parquet, arrow, json\nfigures = [\"svg\"]        # svg, png, pdf\n";
    text += "\n[[step]]\nid = \"core\"\nrun = \"measure\"           # the core set; metrics = [\"pagerank\", \"@linkage\"] asks for others\n";
    text += "\n[[step]]\nid = \"largest\"\nrun = \"draw\"              # `palenque list charts` names the others\nchart = \"ranking\"\n";
    text += "\n[[step]]\nid = \"page\"\nrun = \"report\"\ntitle = \"Production network\"\n";
    text
}
