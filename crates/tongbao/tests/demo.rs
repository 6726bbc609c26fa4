//! The demo, over real sockets and with keys made for the run.

use std::net::SocketAddr;

use tongbao::demo::{Demo, DemoOptions, once};
use tongbao::lang::Lang;
use tongbao_sim::KeyMode;

#[tokio::test]
async fn a_demo_sells_once_in_every_key_mode() {
    for key_mode in [KeyMode::PublicKey, KeyMode::Certificate, KeyMode::Both] {
        let data =
            std::env::temp_dir().join(format!("tongbao-demo-test-{}-{key_mode:?}", std::process::id()));
        let options = DemoOptions {
            data: Some(data.clone()),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            key_mode,
            lang: Lang::Zh,
        };
        let demo = Demo::prepare(&options).await.expect("a demo");
        let (app, simulator, links) = (demo.app.clone(), demo.simulator.clone(), demo.links.clone());
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = demo.serve(async move {
            let _sender_gone = stopped.await;
        });
        let buying = async {
            let bought = once::buy(&app, &simulator, &links, Lang::Zh).await;
            drop(stop);
            bought
        };
        let ((), bought) = tokio::join!(serving, buying);
        let bought = bought.unwrap_or_else(|error| panic!("{key_mode:?}: {error}"));
        let titles: Vec<_> = bought.timeline.iter().map(|line| line.title.as_str()).collect();
        assert_eq!(titles.last(), Some(&"已支付"), "{titles:?}");
        assert!(titles.contains(&"收到支付通知，验签通过"), "{titles:?}");
        std::fs::remove_dir_all(&data).expect("the demo's own directory");
    }
}
