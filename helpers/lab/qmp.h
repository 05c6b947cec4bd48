#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"
#include "helpers/lab/watch.h"

namespace dualpath::lab {

/// A client of QEMU's machine protocol (docs/interop/qmp-spec in QEMU's source), one JSON object
/// per line. Skips events.
class Qmp {
 public:
  /// Reads the greeting on a connected socket and leaves negotiation mode.
  static Result<Qmp> Negotiate(UniqueFd socket, Watch& watch);

  /// Returns the command's `return` value. QEMU's `error` is an `Error`.
  Result<nlohmann::json> Execute(const std::string& command, const nlohmann::json& arguments,
                                 Watch& watch);

 private:
  explicit Qmp(UniqueFd socket) : socket_(std::move(socket)) {}
  Result<nlohmann::json> ReadMessage(Watch& watch);

  UniqueFd socket_;
  std::string buffered_;
};

}  // namespace dualpath::lab
