//! Flags about what is read and how.

use super::policy::{KEYS, Kind};
use super::values;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, error::ErrorKind};
use palenque_ingest::{Inputs, MakeUse, Policy};
use serde_json::Value;
use std::path::PathBuf;

/// The files of one network, and how they are read.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "What is read")]
pub(crate) struct InputArgs {
    /// Who supplies whom: seller, buyer, flow; - for stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) edges: Option<PathBuf>,
    /// An input-output table, in place of edges: wide, long, or a pymrio folder
    #[arg(long, value_name = "PATH", conflicts_with = "edges")]
    pub(crate) table: Option<PathBuf>,
    /// A graph in one file, in place of edges and nodes: GraphML, GEXF, Pajek, JSON
    #[arg(long, value_name = "FILE", conflicts_with_all = ["edges", "table", "nodes"])]
    pub(crate) graph: Option<PathBuf>,
    /// A make table, industry by product; with --use, in place of edges
    #[arg(
        long,
        value_name = "FILE",
        requires = "uses",
        conflicts_with_all = ["edges", "table", "graph"]
    )]
    pub(crate) make: Option<PathBuf>,
    /// The use table, product by industry, with final demand and value added
    #[arg(long = "use", value_name = "FILE", requires = "make")]
    pub(crate) uses: Option<PathBuf>,
    /// Firms and their attributes
    #[arg(long, value_name = "FILE")]
    pub(crate) nodes: Option<PathBuf>,
    /// Accounts of firms by period: id, period, output, ...
    #[arg(long, value_name = "FILE")]
    pub(crate) accounts: Option<PathBuf>,
    /// Final demand by node and category
    #[arg(long, value_name = "FILE")]
    pub(crate) final_demand: Option<PathBuf>,
    /// Another relation over the same nodes, such as cooperation=ties.csv
    #[arg(long, value_name = "NAME=FILE", value_parser = values::pair)]
    pub(crate) relations: Vec<(String, String)>,
    /// The unit of the flows, such as 'MXN thousand'
    #[arg(long, value_name = "UNIT")]
    pub(crate) unit: Option<String>,
    /// The column that names the seller
    #[arg(long, value_name = "COLUMN")]
    source_col: Option<String>,
    /// The column that names the buyer
    #[arg(long, value_name = "COLUMN")]
    target_col: Option<String>,
    /// The column that holds the flow; of a graph, the attribute
    #[arg(long, value_name = "COLUMN", visible_alias = "weight-attr")]
    weight_col: Option<String>,
    /// The node file's column of ids
    #[arg(long, value_name = "COLUMN")]
    id_col: Option<String>,
    /// Which column (or row, of a table) is which, such as stage=tier
    #[arg(long, value_name = "NAME=COLUMN", value_parser = values::pair)]
    map: Vec<(String, String)>,
    /// Only rows whose column has this value
    #[arg(long = "where", value_name = "COLUMN=VALUE", value_parser = values::pair)]
    only: Vec<(String, String)>,
    #[command(flatten)]
    policy: PolicyArgs,
}

impl InputArgs {
    /// The files; `None` where no edges, no table, no graph and no make and use tables were named.
    pub(crate) fn inputs(&self) -> Option<Inputs> {
        let make_use = self.make.clone().zip(self.uses.clone());
        let make_use = make_use.map(|(make, uses)| MakeUse { make, uses });
        let others = [&self.edges, &self.table, &self.graph];
        if others.iter().all(|path| path.is_none()) && make_use.is_none() {
            return None;
        }
        Some(Inputs {
            edges: self.edges.clone().unwrap_or_default(),
            table: self.table.clone(),
            graph: self.graph.clone(),
            make_use,
            nodes: self.nodes.clone(),
            accounts: self.accounts.clone(),
            final_demand: self.final_demand.clone(),
            relations: self.relations.iter().map(|(n, f)| (n.clone(), f.into())).collect(),
            unit: self.unit.clone(),
        })
    }

    /// The choices.
    pub(crate) fn policy(&self) -> Policy {
        let mut policy = self.policy.0.clone();
        let named = [
            ("source", &self.source_col),
            ("target", &self.target_col),
            ("weight", &self.weight_col),
            ("id", &self.id_col),
        ];
        for (name, column) in named {
            if let Some(column) = column {
                policy.columns.insert(name.into(), column.clone());
            }
        }
        policy.columns.extend(self.map.iter().cloned());
        policy.only.clone_from(&self.only);
        policy
    }
}

/// One flag for each key of [`KEYS`].
#[derive(Clone, Debug)]
struct PolicyArgs(Policy);

impl Args for PolicyArgs {
    fn augment_args(command: Command) -> Command {
        KEYS.iter().fold(command.next_help_heading("How it is read"), |command, key| {
            let arg = Arg::new(key.flag).long(key.flag).help(key.meaning);
            command.arg(match key.kind {
                Kind::Switch => arg.action(ArgAction::SetTrue),
                Kind::Choice(choices) => arg.value_name("HOW").value_parser(choices.to_vec()),
                Kind::Count => arg.value_name("N"),
                Kind::Bytes => arg.value_name("SIZE"),
                Kind::Share => arg.value_name("SHARE"),
                Kind::Character => arg.value_name("CHAR"),
                Kind::Text => arg.value_name("NAME"),
            })
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for PolicyArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut policy = Policy::default();
        for key in KEYS {
            let value = if matches!(key.kind, Kind::Switch) {
                // The flag says the opposite of the default: `--no-header`, `--trim`.
                let default = key.get(&policy).as_bool().unwrap_or_default();
                matches.get_flag(key.flag).then_some(Value::Bool(!default))
            } else {
                matches.get_one::<String>(key.flag).map(|text| Value::from(text.as_str()))
            };
            if let Some(value) = value {
                key.set(&mut policy, &value).map_err(|why| {
                    let message = format!("`--{}` {why}", key.flag);
                    clap::Error::raw(ErrorKind::ValueValidation, message)
                })?;
            }
        }
        Ok(Self(policy))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
