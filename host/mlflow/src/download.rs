//! Files of a server onto the disk. What was cut off is gone on with, where the server knows ranges.

use std::path::Path;

use reqwest::{
    Method, Response, StatusCode,
    header::{CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, IF_RANGE, RANGE},
};
use tokio::{
    fs::File,
    io::{AsyncSeekExt as _, AsyncWriteExt as _, BufWriter},
};

use crate::{MlflowError, client::Client};

/// How often a file is gone on with before it is given up: a connection that is cut each time is no accident.
const RESUMED: usize = 4;

/// A file under way.
struct Under<'a> {
    to: &'a Path,
    file: BufWriter<File>,
    limit: u64,
    doing: &'a str,
    got: u64,
    /// Of the whole file, where the server tells.
    size: Option<u64>,
    /// What tells this version of the file from another.
    tag: Option<HeaderValue>,
}

impl Client {
    /// Writes a file to disk, and returns its length.
    pub(crate) async fn download(
        &self,
        path: &str,
        query: &[(&str, &str)],
        to: &Path,
        limit: u64,
        doing: &str,
    ) -> Result<u64, MlflowError> {
        let file = File::create(to).await.map_err(|error| local(to, &error))?;
        let mut under = Under {
            to,
            file: BufWriter::with_capacity(1 << 20, file),
            limit,
            doing,
            got: 0,
            size: None,
            tag: None,
        };
        for _ in 0..=RESUMED {
            let mut request = self.request(Method::GET, path).query(query);
            if under.got > 0 {
                request = request.header(RANGE, format!("bytes={}-", under.got));
                // Without a tag the length must do, which `begin` compares.
                if let Some(tag) = &under.tag {
                    request = request.header(IF_RANGE, tag);
                }
            }
            let (response, _turn) = self.open(request, doing).await?;
            under.begin(&response).await?;
            let before = under.got;
            if under.take(self, response).await? {
                return Ok(under.got);
            }
            // One that gives nothing at all is not asked again.
            if under.got == before {
                break;
            }
        }
        // Of this file, not of the server: other runs may be fine.
        Err(MlflowError::Short {
            what: doing.to_owned(),
            got: under.got,
            size: under.size.unwrap_or(0),
        })
    }
}

impl Under<'_> {
    /// Where the answer goes on; from the beginning, where it is the whole file (again).
    async fn begin(&mut self, response: &Response) -> Result<(), MlflowError> {
        let goes_on = response.status() == StatusCode::PARTIAL_CONTENT
            && range(response.headers())
                .is_some_and(|(from, size)| from == self.got && self.size.is_none_or(|it| it == size));
        if goes_on {
            return Ok(());
        }
        if self.got > 0 {
            self.rewind().await.map_err(|error| local(self.to, &error))?;
        }
        if response.status() == StatusCode::PARTIAL_CONTENT {
            // A part that nobody asked for, or of another file than the one begun.
            return Err(self.short());
        }
        self.size = response.content_length();
        self.tag = response
            .headers()
            .get(ETAG)
            .filter(|it| !it.as_bytes().starts_with(b"W/"))
            .cloned();
        match self.size.filter(|it| *it > self.limit) {
            Some(size) => Err(self.too_large(size)),
            None => Ok(()),
        }
    }

    async fn rewind(&mut self) -> std::io::Result<()> {
        self.file.flush().await?;
        self.file.get_mut().set_len(0).await?;
        self.file.rewind().await?;
        self.got = 0;
        Ok(())
    }

    /// Whether that was the rest of the file.
    async fn take(&mut self, client: &Client, mut response: Response) -> Result<bool, MlflowError> {
        let ended = loop {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    self.got += chunk.len() as u64;
                    if self.got > self.limit {
                        return Err(self.too_large(self.got));
                    }
                    let written = self.file.write_all(&chunk).await;
                    written.map_err(|error| local(self.to, &error))?;
                }
                Ok(None) => break true,
                Err(error) if error.is_timeout() => return Err(client.transport(&error, self.doing)),
                Err(_) => break false,
            }
        };
        self.file.flush().await.map_err(|error| local(self.to, &error))?;
        Ok(ended && self.size.is_none_or(|it| self.got >= it))
    }

    fn too_large(&self, size: u64) -> MlflowError {
        MlflowError::TooLarge {
            what: self.doing.to_owned(),
            size,
            limit: self.limit,
            key: "`[mlflow] max_artifact`",
        }
    }

    fn short(&self) -> MlflowError {
        MlflowError::Short {
            what: self.doing.to_owned(),
            got: self.got,
            size: self.size.unwrap_or(0),
        }
    }
}

fn local(path: &Path, error: &std::io::Error) -> MlflowError {
    MlflowError::Local {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

/// The first byte and the whole length of `bytes 100-199/200`.
fn range(headers: &HeaderMap) -> Option<(u64, u64)> {
    let text = headers.get(CONTENT_RANGE)?.to_str().ok()?;
    let (part, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    Some((part.split_once('-')?.0.parse().ok()?, size.parse().ok()?))
}
