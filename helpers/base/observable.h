#pragma once

#include <functional>
#include <string>
#include <utility>

#include "helpers/base/result.h"

namespace dualpath {

/// A value that can be read repeatedly: the topology, the log so far, a queueing mode. `Eventually`
/// reads it until it matches; `Now()` reads it once.
template <typename T>
class Observable {
 public:
  using value_type = T;

  Observable(std::string what, std::function<Result<T>()> look)
      : what_(std::move(what)), look_(std::move(look)) {}

  const std::string& what() const { return what_; }
  Result<T> Now() const { return look_(); }

 private:
  std::string what_;
  std::function<Result<T>()> look_;
};

}  // namespace dualpath
