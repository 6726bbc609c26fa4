//! The command line: what a person or a script types.
//!
//! Commands print what they were asked for on standard output; everything else goes to standard error.
//! Exit codes: 0 done, 1 refused, 2 misused, 3 unreachable; of `certify` also 4 marks lost, 5 not all judged.

mod certify;
mod demo;
mod explain;
mod init;
mod order;
mod outcome;
mod serve;
mod sim;
mod simulate;
mod table;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::config::{DEFAULT, Environment};
use crate::lang::Lang;
use outcome::CliError;

/// The whole command line.
#[derive(Parser)]
#[command(
    name = "tongbao",
    version,
    about = "Tongbao: a payment server for WeChat Pay, and the platform on your laptop\n通宝：微信支付服务端，以及一个能在笔记本上运行的支付平台",
    after_help = "Start here: tongbao demo   从这里开始：tongbao demo\nExit codes: 0 done, 1 refused, 2 misused, 3 unreachable   退出码：0 成功，1 被拒绝，2 用法错误，3 连不上"
)]
struct Cli {
    /// Language of the output; else that of the terminal (LANG)   输出语言
    #[arg(long, global = true, value_enum)]
    lang: Option<LangArg>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
enum LangArg {
    Zh,
    En,
}

#[derive(Subcommand)]
enum Command {
    #[command(about = "Run the payment server   运行支付服务")]
    Serve(serve::ConfigArgs),
    #[command(about = "Make a configuration and strong keys   生成配置和强密钥")]
    Init(init::InitArgs),
    #[command(about = "Print the manual of the configuration   打印配置说明")]
    Config,
    #[command(about = "Find every mistake of a configuration   检查配置，列出所有错误")]
    Check(serve::ConfigArgs),
    #[command(subcommand, about = "Look at orders   查看订单")]
    Order(order::OrderCommand),
    #[command(about = "Say what a refusal means and what to do   解释错误码：原因、办法、能否重试")]
    Explain(explain::ExplainArgs),
    #[command(about = "Run the platform on this machine   在本机运行支付平台模拟器")]
    Simulate(simulate::SimulateArgs),
    #[command(about = "Drive a running simulator   操作正在运行的模拟器")]
    Sim(sim::SimArgs),
    #[command(about = "Score a merchant's server on the go-live checklist   按上线清单给商户服务打分")]
    Certify(certify::CertifyArgs),
    #[command(about = "Server, platform and a shop, wired together   一条命令看全程：服务、平台和小店")]
    Demo(demo::DemoArgs),
}

/// What every command may look at.
struct Context {
    environment: Environment,
    lang: Lang,
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    // Misuse is told by clap, which ends the process with 2.
    let cli = Cli::parse();
    let environment = Environment::of_process();
    let lang = match cli.lang {
        Some(LangArg::Zh) => Lang::Zh,
        Some(LangArg::En) => Lang::En,
        None => environment.lang(),
    };
    let outcome = run(cli.command, &Context { environment, lang });
    match outcome {
        Ok(text) => {
            // Nobody reads any more when the other end of the pipe is closed.
            let _ = io::stdout().lock().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            if let CliError::Scored { text, .. } = &error {
                say(text);
            } else {
                let _ = io::stderr().lock().write_all(error.in_words(lang).as_bytes());
            }
            error.exit().into()
        }
    }
}

/// Runs one command; what it returns is printed.
fn run(command: Command, context: &Context) -> Result<String, CliError> {
    match command {
        Command::Serve(args) => serve::serve(&args, context),
        Command::Init(args) => init::run(&args, context),
        Command::Config => Ok(DEFAULT.to_owned()),
        Command::Check(args) => serve::check(&args, context),
        Command::Order(command) => order::run(&command, context),
        Command::Explain(args) => explain::run(&args, context),
        Command::Simulate(args) => simulate::run(&args, context),
        Command::Sim(args) => sim::run(&args, context),
        Command::Certify(args) => certify::run(&args, context),
        Command::Demo(args) => demo::run(&args, context),
    }
}

/// Prints at once, for commands that go on running.
fn say(text: &str) {
    let mut out = io::stdout().lock();
    // Nobody reads any more when the other end of the pipe is closed.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Runs a future on as many threads as there are processors, or on this one.
fn block_on<T>(threads: Threads, future: impl Future<Output = T>) -> Result<T, CliError> {
    let mut builder = match threads {
        Threads::Many => tokio::runtime::Builder::new_multi_thread(),
        Threads::One => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = builder.enable_all().build().map_err(|error| CliError::system("tokio", &error))?;
    Ok(runtime.block_on(future))
}

/// How many threads a command wants.
#[derive(Clone, Copy)]
enum Threads {
    /// Servers.
    Many,
    /// A call or two.
    One,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_command_line_is_sound_and_every_command_speaks_both_languages() {
        let command = Cli::command();
        command.clone().debug_assert();
        let is_chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        for sub in command.get_subcommands() {
            let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(
                about.is_ascii() == about.is_empty() && about.chars().any(is_chinese),
                "{}",
                sub.get_name()
            );
        }
    }
}
