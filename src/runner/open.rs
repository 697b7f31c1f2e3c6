//! Opening the target that the user chose.

use std::time::Duration;

use super::Settings;
#[cfg(feature = "emulator")]
use aws_sdk_s3::config::SharedHttpClient;

use crate::error::{Error, Result};
use crate::probe::Schedule;
use crate::target::{self, Choice, Target};

/// How fast a target is expected to be.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Pace {
    /// By when a replica has to be there, after the write's acknowledgement.
    pub deadline: Duration,
    /// How long something must stay absent before that is evidence.
    pub window: Duration,
    /// How often to look.
    pub schedule: Schedule,
    /// How long fresh pairs rest between their provision and the first write (R-CFG-12).
    pub settle: Duration,
    /// How many canaries in a row have to arrive before a configuration counts as live.
    pub canaries: u32,
    /// How many scenarios run side by side.
    pub jobs: usize,
}

impl Pace {
    /// For the embedded pair.
    pub const EMBEDDED: Self = Self {
        deadline: Duration::from_secs(10),
        window: Duration::from_millis(300),
        schedule: Schedule::NEAR,
        settle: Duration::ZERO,
        canaries: 1,
        jobs: 16,
    };
    /// For `LocalStack` with the replication extension.
    pub const LOCALSTACK: Self = Self {
        deadline: Duration::from_secs(30),
        window: Duration::from_secs(1),
        schedule: Schedule::NEAR,
        settle: Duration::ZERO,
        canaries: 1,
        jobs: 8,
    };
    /// For any other endpoint.
    pub const ENDPOINT: Self = Self {
        deadline: Duration::from_secs(60),
        window: Duration::from_secs(2),
        schedule: Schedule::NEAR,
        settle: Duration::ZERO,
        canaries: 1,
        jobs: 8,
    };
    /// For Amazon S3: most objects take seconds, AWS promises nothing without RTC, and with it
    /// 15 minutes (R-TIME-01, R-TIME-02). Every scenario waits at the same time.
    pub const AWS: Self = Self {
        deadline: Duration::from_mins(20),
        window: Duration::from_mins(1),
        schedule: Schedule::FAR,
        settle: Duration::from_mins(15),
        canaries: 3,
        jobs: 64,
    };
}

impl Pace {
    /// How long a pair rests before its first write; one that is there has rested.
    pub(super) fn rest(self, is_there: bool) -> Duration {
        match is_there {
            true => Duration::ZERO,
            false => self.settle,
        }
    }
}

/// A target that is open, with whatever must live as long as it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Opened {
    /// The target.
    pub target: Target,
    /// How fast it is expected to be.
    pub pace: Pace,
    /// The pair that is there, where one was named: source and destination bucket.
    pub pair: Option<(String, String)>,
    /// The embedded pair, where that is the target.
    #[cfg(feature = "emulator")]
    pub emulator: Option<(
        crate::emulator::Emulator,
        Option<crate::emulator::Listening>,
    )>,
    /// The container of a `LocalStack` that was started for this.
    #[cfg(feature = "localstack")]
    pub container: Option<target::Container>,
}

impl Opened {
    fn new(target: Target, pace: Pace) -> Self {
        Self {
            target,
            pace,
            pair: None,
            #[cfg(feature = "emulator")]
            emulator: None,
            #[cfg(feature = "localstack")]
            container: None,
        }
    }

    /// The pair that is there.
    ///
    /// # Errors
    /// [`Error::Usage`] where none was named.
    pub fn named_pair(&self) -> Result<&(String, String)> {
        self.pair.as_ref().ok_or_else(|| {
            let remedy =
                "name it with --pair SOURCE,DESTINATION, or by its stacks with --stack NAME";
            Error::Usage(format!("a pair is needed; {remedy}"))
        })
    }

    /// Ends what was started. Returns what could not be removed.
    #[cfg_attr(
        not(feature = "localstack"),
        expect(clippy::unused_async, reason = "with LocalStack it waits")
    )]
    pub async fn close(self) -> Option<String> {
        #[cfg(feature = "localstack")]
        if let Some(container) = self.container {
            return container.remove().await;
        }
        None
    }

    /// Ends what was started after an outcome, and adds what could not be removed: to the error, or
    /// beside the value.
    ///
    /// # Errors
    /// The outcome's own.
    pub async fn closed<T>(self, outcome: Result<T>) -> Result<(T, Option<String>)> {
        match outcome {
            Ok(value) => Ok((value, self.close().await)),
            Err(cause) => Err(closed(self, cause).await),
        }
    }
}

/// Opens the chosen target, and finds the pair that is named by its stacks.
///
/// # Errors
/// [`Error::Usage`] for a refused address and for stacks that are no pair's,
/// [`Error::NotOffered`] for what is still missing.
pub async fn open(settings: &Settings) -> Result<Opened> {
    let mut opened = Box::pin(chosen(settings)).await?;
    opened.pace.deadline = settings.deadline.unwrap_or(opened.pace.deadline);
    opened.pace.settle = settings.settle.unwrap_or(opened.pace.settle);
    let Some(stack) = &settings.stack else {
        opened.pair.clone_from(&settings.pair);
        return Ok(opened);
    };
    match Box::pin(pair_of(&opened.target, stack)).await {
        Ok(pair) => opened.pair = Some(pair),
        Err(error) => return Err(closed(opened, error).await),
    }
    Ok(opened)
}

/// The error, with what of the target could not be removed.
pub(super) async fn closed(opened: Opened, cause: Error) -> Error {
    match opened.close().await {
        None => cause,
        Some(names) => Error::LeftBehind {
            cause: Box::new(cause),
            names,
        },
    }
}

#[cfg(feature = "stacks")]
async fn pair_of(target: &Target, stack: &str) -> Result<(String, String)> {
    super::stack::must_be_offered(target)?;
    crate::provision::stacks::pair(target, stack).await
}

#[cfg(not(feature = "stacks"))]
#[expect(clippy::unused_async, reason = "with stacks it waits")]
async fn pair_of(_target: &Target, stack: &str) -> Result<(String, String)> {
    Err(Error::NotOffered(format!(
        "--stack {stack}: CloudFormation is not compiled in; build with the feature `stacks`"
    )))
}

async fn chosen(settings: &Settings) -> Result<Opened> {
    Ok(match &settings.choice {
        Choice::Emulator => embedded(settings).await?,
        Choice::Url(url) => plain(&(url.clone(), url.clone()), settings).await?,
        Choice::Urls(source, destination) => {
            plain(&(source.clone(), destination.clone()), settings).await?
        }
        Choice::Localstack => Box::pin(localstack(settings)).await?,
        Choice::Aws => Box::pin(aws(settings)).await?,
    })
}

async fn plain(urls: &(String, String), settings: &Settings) -> Result<Opened> {
    let mut target = target::endpoint(urls.clone(), &settings.connect).await?;
    target.learn().await;
    Ok(Opened::new(target, Pace::ENDPOINT))
}

#[cfg(not(feature = "localstack"))]
async fn localstack(_settings: &Settings) -> Result<Opened> {
    let missing = "LocalStack is not compiled in; build with the feature `localstack`";
    Err(Error::NotOffered(missing.to_owned()))
}

/// One that runs, when a variable names it; else one in a container of its own.
#[cfg(feature = "localstack")]
async fn localstack(settings: &Settings) -> Result<Opened> {
    #[cfg(feature = "emulator")]
    delay(settings)?;
    let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let named = || target::Localstack::named(&environment);
    let which = target::Localstack {
        endpoint: settings.localstack.endpoint.clone().or_else(named),
        delay: settings.delay.clone(),
        ..settings.localstack.clone()
    };
    let token = environment("LOCALSTACK_AUTH_TOKEN");
    let (target, container) = target::localstack(&which, &settings.connect, token).await?;
    Ok(Opened {
        container,
        ..Opened::new(target, Pace::LOCALSTACK)
    })
}

/// The environment of this process, which the guard of AWS looks into.
#[cfg(feature = "aws")]
pub(super) fn environment() -> impl Iterator<Item = (String, String)> {
    let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
    std::env::vars_os().map(move |(name, value)| (text(name), text(value)))
}

/// Real AWS, behind the guard of [`target::Accounts`].
#[cfg(feature = "aws")]
async fn aws(settings: &Settings) -> Result<Opened> {
    let environment: Vec<_> = environment().collect();
    let target = target::aws(&settings.connect, &environment).await?;
    Ok(Opened::new(target, Pace::AWS))
}

#[cfg(not(feature = "aws"))]
#[expect(clippy::unused_async, reason = "with AWS it waits")]
async fn aws(_settings: &Settings) -> Result<Opened> {
    let missing = "AWS is not compiled in; build with the feature `aws`";
    Err(Error::NotOffered(missing.to_owned()))
}

#[cfg(not(feature = "emulator"))]
async fn embedded(_settings: &Settings) -> Result<Opened> {
    let missing = "the embedded pair is not compiled in; build with the feature `emulator`";
    Err(Error::NotOffered(missing.to_owned()))
}

#[cfg(feature = "emulator")]
async fn embedded(settings: &Settings) -> Result<Opened> {
    use crate::emulator::Listen;

    let emulator = world(settings)?;
    let listening = emulator.listen(Listen::default()).await;
    let listening = listening.map_err(|why| Error::NotOffered(why.to_string()))?;
    let urls = (listening.source.clone(), listening.destination.clone());
    let target = embedded_target(urls, settings, (None, None));
    let emulator = Some((emulator, Some(listening)));
    Ok(Opened {
        emulator,
        ..Opened::new(target, Pace::EMBEDDED)
    })
}

/// Opens the embedded pair without sockets: the SDK's clients are handed straight to it. Under
/// tokio's paused clock its hours pass in milliseconds.
///
/// # Errors
/// [`Error::Usage`] for a delay or a defect that does not exist.
#[cfg(feature = "emulator")]
pub fn open_in_process(settings: &Settings) -> Result<Opened> {
    let emulator = world(settings)?;
    let connect = &settings.connect;
    let clients = (
        Some(emulator.http_client(&connect.source_region)),
        Some(emulator.http_client(&connect.destination_region)),
    );
    let urls = ("http://localhost".to_owned(), "http://localhost".to_owned());
    let target = embedded_target(urls, settings, clients);
    let pace = Pace {
        deadline: settings.deadline.unwrap_or(Pace::EMBEDDED.deadline),
        settle: settings.settle.unwrap_or(Pace::EMBEDDED.settle),
        ..Pace::EMBEDDED
    };
    Ok(Opened {
        pair: settings.pair.clone(),
        emulator: Some((emulator, None)),
        ..Opened::new(target, pace)
    })
}

/// The delay that the settings name; both emulations have the same words for it.
#[cfg(feature = "emulator")]
fn delay(settings: &Settings) -> Result<Option<crate::emulator::Delay>> {
    let text = settings.delay.as_deref();
    text.map(str::parse).transpose().map_err(Error::Usage)
}

#[cfg(feature = "emulator")]
fn world(settings: &Settings) -> Result<crate::emulator::Emulator> {
    use crate::emulator::{self, Defect, Emulator};

    let unknown = |why: String| Error::Usage(why);
    let mut defects: Vec<Defect> = Vec::new();
    for name in &settings.defects {
        defects.push(name.parse().map_err(unknown)?);
    }
    let mut world = emulator::Settings::default()
        .with_source_region(&settings.connect.source_region)
        .with_destination_region(&settings.connect.destination_region)
        .with_seed(settings.seed)
        .with_defects(defects);
    if let Some(delay) = delay(settings)? {
        world = world.with_delay(delay);
    }
    if let Some(objects) = settings.objects {
        world = world.with_loss(objects);
    }
    Ok(Emulator::new(world))
}

#[cfg(feature = "emulator")]
fn embedded_target(
    urls: (String, String),
    settings: &Settings,
    clients: (Option<SharedHttpClient>, Option<SharedHttpClient>),
) -> Target {
    use crate::emulator::{ACCESS_KEY_ID, SECRET_ACCESS_KEY};

    let keys = target::Keys::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY);
    let connect = &settings.connect;
    let regions = (
        connect.source_region.clone(),
        connect.destination_region.clone(),
    );
    let engine = concat!(
        "the embedded pair of bucketpair ",
        env!("CARGO_PKG_VERSION")
    );
    let mut target = target::in_process(
        "emulator", clients.0, clients.1, urls, regions, &keys, engine,
    );
    target.is_an_embedded_pair();
    target
}
