#pragma once

#include <gmock/gmock.h>

#include <type_traits>

#include "helpers/base/observable.h"
#include "helpers/base/result.h"

/// A matcher that looks at the world (reads a file, asks a daemon, takes a Result) may fail because
/// it could not look. gMock's Not() would turn that failure into a pass, so Not() of such a matcher
/// either negates only what was seen (CompletionMatcher), or does not compile. Call Not()
/// unqualified: argument-dependent lookup then finds the overloads of this namespace.
namespace dualpath {

/// Base of matchers that may fail without having looked.
class MayFailToLook {};

/// Whether M is such a matcher, or combines one with others as AllOf() and AnyOf() do.
template <typename M>
struct LooksItself : std::is_base_of<MayFailToLook, M> {};
template <template <typename...> class Combined, typename... Inner>
struct LooksItself<Combined<Inner...>>
    : std::disjunction<std::is_base_of<MayFailToLook, Combined<Inner...>>, LooksItself<Inner>...> {
};

/// gMock's VariadicMatcher, which AllOf() and AnyOf() return.
template <template <template <typename> class, typename...> class Variadic,
          template <typename> class Combination, typename... Inner>
struct LooksItself<Variadic<Combination, Inner...>>
    : std::disjunction<std::is_base_of<MayFailToLook, Variadic<Combination, Inner...>>,
                       LooksItself<Inner>...> {};
template <template <template <typename> class, typename...> class Variadic,
          template <typename> class Combination, typename... Inner,
          typename = std::enable_if_t<LooksItself<Variadic<Combination, Inner...>>::value>>
void Not(const Variadic<Combination, Inner...>&) = delete;

/// A matcher whose type has been erased.
template <typename T>
struct LooksItself<::testing::Matcher<const Observable<T>&>> : std::true_type {};
template <typename T>
struct LooksItself<::testing::Matcher<const Result<T>&>> : std::true_type {};

/// The class that MATCHER_P makes for FailsWith (status_matchers.h): success and any other error
/// would satisfy its negation.
template <typename Text>
class FailsWithMatcherP;
template <typename Text>
struct LooksItself<FailsWithMatcherP<Text>> : std::true_type {};
template <typename Text>
void Not(const FailsWithMatcherP<Text>&) = delete;

/// Write what is expected instead: StaysSo(Not(...)) for Not(Eventually(...)),
/// LosesWritesAcknowledgedIn(report) for Not(HoldsEveryWriteAcknowledgedIn(report)).
template <template <typename...> class Combined, typename... Inner,
          typename = std::enable_if_t<LooksItself<Combined<Inner...>>::value>>
void Not(const Combined<Inner...>&) = delete;

}  // namespace dualpath
