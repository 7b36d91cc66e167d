//! `run.json`: the same for the same inputs and configuration; and `run.log.json`: what is not.

use super::{Written, shown};
use crate::pipeline::Method;
use palenque_graph::Diagnostics;
use palenque_ingest::FileReport;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// The schema and version of `run.json`.
pub(crate) const SCHEMA: &str = "palenque.run/1";

/// JSON as it is written: keys sorted, two spaces, a newline at the end.
pub(crate) fn text(value: &Value) -> String {
    let mut value = value.clone();
    value.sort_all_objects();
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.push('\n');
    text
}

/// What `run.json` says.
pub(crate) struct Record<'a> {
    /// What was typed, without what varies.
    pub(crate) command: Vec<String>,
    /// From the output folder to the folder that all paths are relative to.
    pub(crate) base: String,
    /// The configuration file and its hash.
    pub(crate) config: Option<(String, String)>,
    /// The configuration with every default.
    pub(crate) resolved: Value,
    /// What became of the network's files.
    pub(crate) inputs: &'a [FileReport],
    /// What became of the side tables.
    pub(crate) sides: &'a [FileReport],
    /// The unit of the flows.
    pub(crate) unit: Option<&'a str>,
    /// What was found.
    pub(crate) found: &'a Diagnostics,
    /// Warnings that were accepted.
    pub(crate) accepted: &'a BTreeSet<String>,
    /// Metrics that were not asked for by name and have no result, with the reason.
    pub(crate) left_out: &'a [(String, String)],
    /// How results were computed, where there was a choice.
    pub(crate) methods: &'a [Method],
}

impl Record<'_> {
    /// The record with the files that were written.
    pub(crate) fn json<'w>(&self, outputs: impl Iterator<Item = &'w Written>) -> Value {
        let mut config = json!({ "resolved": self.resolved });
        if let Some((path, hash)) = &self.config {
            config["path"] = path.as_str().into();
            config["blake3"] = hash.as_str().into();
        }
        let mut outputs: Vec<Value> = outputs.map(output).collect();
        outputs.sort_by(|a, b| a["path"].as_str().cmp(&b["path"].as_str()));
        let network = self.inputs.iter().map(|file| input(file, used_as(&file.role), self.unit));
        let sides = self.sides.iter().map(|file| input(file, "rows_used", None));
        let left_out: Map<String, Value> =
            self.left_out.iter().map(|(name, why)| (name.clone(), why.as_str().into())).collect();
        json!({
            "schema": SCHEMA,
            "palenque": version(),
            "command": self.command,
            "base": self.base,
            "config": config,
            "inputs": network.chain(sides).collect::<Vec<_>>(),
            "outputs": outputs,
            "diagnostics": self.found.counts(),
            "accepted": self.accepted,
            "left_out": left_out,
            "methods": self.methods.iter().map(method).collect::<Vec<_>>(),
            "history": self.inputs.iter().chain(self.sides).flat_map(history).collect::<Vec<_>>(),
        })
    }
}

fn method(method: &Method) -> Value {
    let mut record = json!({ "metric": method.metric, "how": method.how });
    if let Some(by) = &method.by {
        record["by"] = by.as_str().into();
    }
    if !method.period.is_empty() {
        record["period"] = method.period.as_str().into();
    }
    record
}

/// Version, features and target of this program.
pub(crate) fn version() -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "features": [],
        "target": format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
    })
}

/// What the rows of a role became.
pub(crate) fn used_as(role: &str) -> &'static str {
    match role {
        "edges" => "edges",
        "nodes" => "nodes",
        "accounts" | "final_demand" | "table" | "make" | "use" => "rows_used",
        _ => "ties",
    }
}

fn input(file: &FileReport, used_as: &str, unit: Option<&str>) -> Value {
    let mut record = json!({
        "role": file.role,
        "path": shown(&file.path),
        "bytes": file.bytes,
        "blake3": file.blake3,
        "format": file.format,
        "dialect": file.dialect,
        "rows": file.rows,
        "merged": file.merged,
        "dropped": file.n_dropped(),
        "dropped_by": file.dropped,
    });
    record[used_as] = file.used.into();
    if used_as == "edges" || matches!(&*file.role, "table" | "make" | "use") {
        record["unit"] = unit.into();
    }
    record
}

fn output(file: &Written) -> Value {
    let mut record =
        json!({ "path": file.path, "step": file.step, "bytes": file.bytes, "blake3": file.blake3 });
    if let Some(rows) = file.rows {
        record["rows"] = rows.into();
    }
    record
}

fn history(file: &FileReport) -> Vec<String> {
    let mut lines = Vec::new();
    if file.merged > 0 {
        lines.push(format!("{}: merged {} rows into others", file.role, file.merged));
    }
    for (why, n) in &file.dropped {
        lines.push(format!("{}: left out {n} rows ({why})", file.role));
    }
    lines
}

/// What `run.log.json` says: nothing in it decides a number.
pub(crate) struct Log {
    /// How long each part took, in seconds.
    pub(crate) parts: Vec<(String, f64)>,
    /// Threads used.
    pub(crate) threads: usize,
    /// Seconds from start to writing.
    pub(crate) seconds: f64,
    /// The hash of the program's file, of a run that may be found done already.
    pub(crate) executable: Option<String>,
}

impl Log {
    /// The log.
    pub(crate) fn json(&self) -> Value {
        let end = unix_time();
        json!({
            "schema": "palenque.log/1",
            "start": end - self.seconds,
            "end": end,
            "seconds": self.seconds,
            "parts": self.parts.iter().map(|(what, s)| json!({"what": what, "seconds": s})).collect::<Vec<_>>(),
            "threads": self.threads,
            "host": host(),
            "peak_memory_bytes": peak_memory(),
            "executable": self.executable,
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "the log is where the clock belongs")]
fn unix_time() -> f64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0.0, |t| t.as_secs_f64())
}

fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned()
}

/// The most memory this process has had, where the system tells.
pub(crate) fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok().map(|kb| kb * 1024)
}

/// Four fifths of the machine's or container's memory.
pub(crate) fn memory_limit() -> u64 {
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?.to_owned();
        line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok().map(|kb| kb * 1024)
    });
    let groups = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let group = groups.iter().filter_map(|path| {
        std::fs::read_to_string(Path::new(path)).ok()?.trim().parse::<u64>().ok()
    });
    machine.into_iter().chain(group).min().unwrap_or(10 << 30) / 5 * 4
}
