#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/lab/image/cache.h"

namespace dualpath::lab {

/// A read-only disk image that carries programs into the lab, each with its dynamic loader and
/// libraries, so that one binary runs on every stack, also one older than this machine.
/// Layout: bin/<program>, lib/<library>, data/<file>, and the scripts of images/lab/payload at the
/// top.
struct Payload {
  Cache::Entry entry;
  std::string image;                  ///< the file to attach
  std::string digest;                 ///< of the content: the same for the same programs
  std::vector<std::string> programs;  ///< as they were given
  bool parks = false;  ///< the first of them waits for its arguments (fixtures/lab_gate.h)
};

/// Every image has this size: a restored VM keeps the capacity that it saw before its snapshot.
constexpr unsigned kPayloadMebibytes = 128;

/// The files in a directory of scripts.
std::vector<std::string> FilesIn(const std::string& directory);

/// `programs` are paths of executables; files that are not dynamically linked come in as they are.
/// `data` are files for them to read.
Result<Payload> MakePayload(const Cache& cache, const std::vector<std::string>& programs,
                            const std::vector<std::string>& data = {});

}  // namespace dualpath::lab
