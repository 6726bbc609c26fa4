//! What a program does about a refusal of WeChat's.

/// What to do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// Ask again after about a second; for a login, the code may be spent by then.
    RetrySoon,
    /// WeChat does not know of it yet: ask again after 10 seconds, then 30, then after 1, 5 and 10 minutes. Only
    /// if it still says so, look for a mistake.
    NotYet,
    /// What was asked for is so already: go on as after success.
    AlreadyDone,
    /// Ask the mini program for a new `wx.login`, once. If that fails the same way, front end and back end
    /// use different appids.
    NewLogin,
    /// Show the person a refusal, and do not retry.
    RefusePerson,
    /// Stop: it cannot be had, now or later. Tell the operator where money or goods are concerned.
    GiveUp,
    /// Too many calls: slow down and look for a loop.
    BackOff,
    /// Drop the token, fetch one, use it once. If it repeats, another process fetches tokens for this appid.
    RefreshToken,
    /// What was sent does not fit the order, the person or the template: mend the data, then call again.
    MendData,
    /// Appid, secret or address list is set wrong.
    MendConfiguration,
    /// Somebody has to act in WeChat's console.
    AskAdministrator,
    /// A fault of ours.
    ReportFault,
}
