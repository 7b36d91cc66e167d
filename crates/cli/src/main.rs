//! The command `palenque`: see the library of the same name.
fn main() -> std::process::ExitCode {
    palenque::main(std::env::args_os())
}
