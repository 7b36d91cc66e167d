//! Progress on standard error: a bar with the time left on a terminal, a plain line now and then elsewhere.

use crate::args::ProgressStyle;
use crate::stop;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle as BarStyle};
use palenque_graph::Progress;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Nothing is shown before this has passed.
const QUIET: Duration = Duration::from_millis(700);
/// Off a terminal, at most one line in this time.
const LINE: Duration = Duration::from_secs(30);

/// What long work reports to, and asks whether to go on.
pub(crate) struct Bar {
    started: Instant,
    deadline: Option<Instant>,
    memory: u64,
    shown: Shown,
    done: AtomicU64,
    /// When to look again whether to draw, in milliseconds from the start.
    next: AtomicU64,
    stretch: Mutex<Stretch>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Bar,
    Lines,
    Nothing,
}

#[derive(Default)]
struct Stretch {
    what: String,
    total: u64,
    began: Option<Instant>,
    last_line: Option<Instant>,
    bar: Option<ProgressBar>,
}

impl Bar {
    /// Progress as the user wants it, until a time limit.
    pub(crate) fn new(style: ProgressStyle, quiet: bool, limit: Option<Duration>) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let shown = match style {
            ProgressStyle::Never => Shown::Nothing,
            _ if quiet => Shown::Nothing,
            ProgressStyle::Auto if terminal => Shown::Bar,
            ProgressStyle::Auto | ProgressStyle::Plain => Shown::Lines,
        };
        let started = Instant::now();
        Self {
            started,
            deadline: limit.and_then(|limit| started.checked_add(limit)),
            memory: u64::MAX,
            shown,
            done: AtomicU64::new(0),
            next: AtomicU64::new(QUIET.as_millis() as u64),
            stretch: Mutex::default(),
        }
    }

    /// The time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Ends no later than this after the start.
    pub(crate) fn limit(&mut self, limit: Duration) {
        self.deadline = self.started.checked_add(limit);
    }

    /// Takes no more than this, in bytes, for one computation.
    pub(crate) fn limit_memory(&mut self, bytes: u64) {
        self.memory = bytes;
    }

    /// Whether the time is up.
    pub(crate) fn timed_out(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        let mut stretch = self.stretch.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = stretch.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn draw(&self) {
        let Ok(mut stretch) = self.stretch.try_lock() else { return };
        let done = self.done.load(Ordering::Relaxed);
        match self.shown {
            Shown::Nothing => {}
            Shown::Bar => {
                let Stretch { what, total, bar, .. } = &mut *stretch;
                let bar = bar.get_or_insert_with(|| {
                    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
                    let template = "{msg:<28!} {bar:24} {percent:>3} %  {eta} left";
                    let style = BarStyle::with_template(if *total > 0 {
                        template
                    } else {
                        "{msg:<28!} {spinner} {elapsed}"
                    });
                    if let Ok(style) = style {
                        bar.set_style(style);
                    }
                    bar.set_message(what.clone());
                    if *total > 0 {
                        bar.set_length(*total);
                    }
                    bar
                });
                bar.set_position(done);
            }
            Shown::Lines => {
                let now = Instant::now();
                let since = stretch.last_line.unwrap_or(self.started);
                if now.duration_since(since) < LINE {
                    return;
                }
                stretch.last_line = Some(now);
                let mut line = format!("{} s  {}", self.started.elapsed().as_secs(), stretch.what);
                if stretch.total > 0 && done > 0 {
                    let share = (done as f64 / stretch.total as f64).min(1.0);
                    let spent = stretch.began.map_or(0.0, |t| t.elapsed().as_secs_f64());
                    let left = spent * (1.0 - share) / share;
                    let _ = write!(line, "  {:.0} %, about {left:.0} s left", share * 100.0);
                }
                let _ = writeln!(std::io::stderr(), "{line}");
            }
        }
    }
}

impl Progress for Bar {
    fn begin(&self, what: &str, total: u64) {
        self.clear();
        let mut stretch = self.stretch.lock().unwrap_or_else(PoisonError::into_inner);
        what.clone_into(&mut stretch.what);
        stretch.total = total;
        stretch.began = Some(Instant::now());
        self.done.store(0, Ordering::Relaxed);
    }

    fn advance(&self, units: u64) {
        self.done.fetch_add(units, Ordering::Relaxed);
        if self.shown == Shown::Nothing {
            return;
        }
        let now = self.started.elapsed().as_millis() as u64;
        let next = self.next.load(Ordering::Relaxed);
        if now >= next
            && self
                .next
                .compare_exchange(next, now + 100, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        {
            self.draw();
        }
    }

    fn cancelled(&self) -> bool {
        stop::signal().is_some() || self.timed_out()
    }

    fn memory(&self) -> u64 {
        self.memory
    }
}
