//! A simulator that listens by itself, for test suites: `Simulator::start()`.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::ops::Deref;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tongbao_listen::listen::{self, Front, Names, Options, Tls};
use tongbao_listen::tasks::Tasks;
use tongbao_wire::seam::{Chance, Clock};

use crate::{HttpPostman, KeyMode, Settings, SimError, Simulator, faults};

/// A simulator that listens on a port of its own until this value is dropped.
///
/// It is a [`Simulator`]: everything that can be done with one is done with this.
pub struct Running {
    simulator: Simulator,
    address: SocketAddr,
    runtime: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Why a simulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The system gave no port or no thread.
    #[error("cannot listen")]
    System(#[from] io::Error),
    /// The settings cannot be used.
    #[error(transparent)]
    Settings(#[from] SimError),
}

impl Simulator {
    /// Runs it as one of `tasks`, and again should it panic: notifications go on until the tasks are ended.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn keep_running(&self, tasks: &Tasks) {
        let simulator = self.clone();
        tasks.keep_going("simulator", move || {
            let simulator = simulator.clone();
            async move { simulator.run().await }
        });
    }

    /// Starts a simulator on a free port of `127.0.0.1`, with both kinds of platform keys, all of them
    /// published test keys, so that it is ready within milliseconds.
    ///
    /// It lives on a thread of its own, with the real clock: tests of any kind may use it, with or without
    /// `async`, and many at a time, each with its own.
    ///
    /// # Errors
    /// [`StartError`] when the system gives no port or no thread.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use tongbao_sim::{Simulator, wire::OutTradeNo};
    ///
    /// let simulator = Simulator::start()?;
    ///
    /// // What the code under test is configured with.
    /// let env = simulator.env();
    /// let merchant = &env.merchants[0];
    /// let (base_url, mchid, key) = (&env.base_url, &merchant.mchid, &merchant.private_key_pem);
    /// # assert!(base_url.starts_with("http://127.0.0.1:") && key.contains("PRIVATE KEY"));
    /// # assert_eq!(mchid.as_str(), "1900000001");
    ///
    /// // … it creates an order and shows the cashier; then the payer pays:
    /// let number = OutTradeNo::parse("T0000001")?;
    /// let paid = simulator.block_on(simulator.pay(&number, None));
    /// assert!(paid.is_err(), "nobody created it in this example");
    ///
    /// // Two hours later, with everything that falls due meanwhile.
    /// simulator.block_on(simulator.advance(Duration::from_secs(2 * 3600)));
    /// assert!(simulator.notifications().is_empty());
    /// # Ok(())
    /// # } // Dropped, it stops.
    /// ```
    pub fn start() -> Result<Running, StartError> {
        Self::start_with(|_| {})
    }

    /// The same with other settings: what [`Simulator::start`] would use is handed to `adjust` first.
    ///
    /// # Errors
    /// [`StartError`]
    ///
    /// ```
    /// # fn main() -> Result<(), tongbao_sim::StartError> {
    /// use tongbao_sim::{KeyMode, Settings, Simulator};
    ///
    /// let simulator = Simulator::start_with(|settings| {
    ///     settings.key_mode = KeyMode::PublicKey;
    ///     settings.speak_tls(); // on the same port, which is an HTTP proxy for the platform's names too
    /// })?;
    /// let tls = simulator.tls_env().expect("it was asked for");
    /// assert!(tls.base_url.starts_with("https://127.0.0.1:"));
    /// assert!(tls.authority_pem.contains("BEGIN CERTIFICATE"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn start_with(adjust: impl FnOnce(&mut Settings)) -> Result<Running, StartError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let postman = Arc::new(HttpPostman::new());
        let base_url = format!("http://{address}");
        let mut settings = Settings::local(Clock::system(), Chance::system(), postman, base_url);
        settings.key_mode = KeyMode::Both;
        settings.publish_keys();
        adjust(&mut settings);
        let simulator = Self::new(settings)?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopping) = oneshot::channel();
        let served = simulator.clone();
        let thread = std::thread::Builder::new()
            .name("tongbao-simulator".into())
            .spawn(move || runtime.block_on(serve(listener, served, stopping)))?;
        Ok(Running { simulator, address, runtime: handle, stop: Some(stop), thread: Some(thread) })
    }

    /// What a listener needs to serve this simulator: its router, and TLS and the proxy when the settings
    /// say so. [`Simulator::run`] is to run beside it.
    #[must_use]
    pub fn front(&self) -> Front {
        // Only whoever carries answers over sockets waits and resets.
        let obedient = self.router().layer(axum::middleware::from_fn(faults::obey));
        let mut front = Front::from(obedient);
        if let Some(tls) = &self.inner.platform.tls {
            let simulator = self.clone();
            let introduce = Arc::new(move |shown: &[_]| simulator.introduce(shown));
            front.tls = Some(Tls { config: tls.config.clone(), introduce });
            let names = tls.names.clone();
            front.proxy = tls.proxy.then(|| Names::new(move |name| names.contains(name)));
        }
        front
    }
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stands for `https://api.mch.weixin.qq.com` and `https://api.weixin.qq.com`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.simulator.inner.platform.base_url
    }

    /// The simulator, to keep a handle of it. It is not served any more once this value is dropped.
    #[must_use]
    pub fn simulator(&self) -> &Simulator {
        &self.simulator
    }

    /// Waits for a future, in tests that are not `async`.
    ///
    /// # Panics
    /// Inside of an `async` function: there, await it.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

impl Deref for Running {
    type Target = Simulator;

    fn deref(&self) -> &Simulator {
        &self.simulator
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // What it had to say of a panic, it has said.
            let _ended = thread.join();
        }
    }
}

/// Serves until told to stop or nobody is left to tell.
async fn serve(listener: TcpListener, simulator: Simulator, stopping: oneshot::Receiver<()>) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(%error, "the simulator cannot listen");
            return;
        }
    };
    let (tasks, front) = (Tasks::new(), simulator.front());
    simulator.keep_running(&tasks);
    let options = Options { grace: GRACE, ..Options::default() };
    let stopped = async {
        let _told_or_dropped = stopping.await;
        // Pages that listen would hold the connections open.
        simulator.hang_up();
    };
    listen::serve(listener, front, options, stopped).await;
    tasks.abort_all();
}

/// A test that ends waits for nobody.
const GRACE: Duration = Duration::from_millis(100);
