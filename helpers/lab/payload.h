#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/lab/image/cache.h"

namespace dualpath::lab {

/// A read-only disk image that carries programs into the lab, with their dynamic loader and
/// libraries, so that one binary runs on every stack, even one older than this machine. Layout:
/// bin/<program>, lib/<library>, data/<file>, and the scripts of images/lab/payload at the top.
struct Payload {
  Cache::Entry entry;
  std::string image;                  ///< disk image to attach
  std::string digest;                 ///< digest of the content, independent of file names outside
  std::vector<std::string> programs;  ///< file names passed to MakePayload
};

/// Size of every image: a restored VM keeps the disk size that it saw before its snapshot.
constexpr unsigned kPayloadMebibytes = 128;

/// Returns the files in a directory of scripts.
std::vector<std::string> FilesIn(const std::string& directory);

/// Returns the payload with these programs, and `data` for them to read, built if it is not in the
/// cache. A program that is not dynamically linked is copied as it is.
Result<Payload> MakePayload(const Cache& cache, const std::vector<std::string>& programs,
                            const std::vector<std::string>& data = {});

}  // namespace dualpath::lab
