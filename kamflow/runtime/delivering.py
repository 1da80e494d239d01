"""What the facade offers to those who connect others: endpoints, addresses of people, calendars."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from kamflow.runtime.clock import Clock
from kamflow.runtime.readable import Readable
from kamflow.storage.store import Store

if TYPE_CHECKING:
    from kamflow.runtime.delivery.entries import ContactEntry, DeliveryEntry, EndpointEntry
    from kamflow.runtime.delivery.options import (
        DeliveryAttempt,
        DeliveryOptions,
        DeliveryReport,
    )
    from kamflow.storage.bound import BoundStore
    from kamflow.storage.links import Link

T = TypeVar("T")


class Delivering(Readable):
    """A database whose messages go to endpoints and to people."""

    _store: "Store | BoundStore"
    _clock: Clock

    def deliver(
        self,
        options: "DeliveryOptions | None" = None,
        *,
        stop: Callable[[], bool] | None = None,
    ) -> "DeliveryReport":
        """Send what is due to endpoints and people, once; no decision waits for it.

        A receiver that fails is tried again by a later call. See `DeliveryReport`.

        Args:
            options: What holds for all deliveries.
            stop: Tells that nothing more is to be begun.

        Raises:
            DatabaseError: The database works inside the transaction of a host.
            InputError: The mail server cannot be used.
            MissingExtraError: The extra `delivery` is not installed, and something is to be sent.
        """
        from kamflow.runtime.delivery.worker import deliver_due  # noqa: PLC0415 - few need it

        return deliver_due(self, options, stop=stop)

    def add_endpoint(  # noqa: PLR0913 - keywords
        self,
        name: str,
        url: str,
        *,
        types: Iterable[str] = (),
        subjects: Iterable[str] = (),
        secret: str | None = None,
        allow_http: bool = False,
        allow_private: bool = False,
        from_start: bool = False,
    ) -> str:
        """Send what is decided from now on to an address, as signed webhooks.

        Args:
            name: By which it is called later.
            url: Where it is; `https` unless `allow_http`.
            types: Patterns of the types that are wanted, `kamflow.escalation.*`; all when empty.
            subjects: Programs or accounts whose messages are wanted; all when empty.
            secret: `whsec_...` to sign with; a new one is made when none is given.
            allow_http: Whether it may be sent without encryption.
            allow_private: Whether the address may be of the own network or machine.
            from_start: Whether it gets what was decided before as well, as far as it is kept.

        Returns:
            The secret, which is shown at no other time; the receiver needs it.

        Raises:
            AlreadyExistsError: There is an endpoint of that name.
            InputError: The name, the address, a type or the secret cannot be used.
            NotFoundError: There is no such subject.
        """
        from kamflow.runtime.delivery.managing import Wish, add  # noqa: PLC0415 - few need it

        with self.reading() as session:
            known = tuple(session.find(item).id for item in subjects)
        wish = Wish(
            name=name,
            url=url,
            types=tuple(types),
            subjects=known,
            secret=secret,
            allow_http=allow_http,
            allow_private=allow_private,
            from_start=from_start,
        )
        return self._store.alone(lambda link: add(link, wish, self._clock()))

    def endpoints(self) -> "list[EndpointEntry]":
        """Return the endpoints with what waits for them, by name."""
        from kamflow.runtime.delivery.entries import endpoint_entries  # noqa: PLC0415 - as above

        return self._asked(lambda link: endpoint_entries(link, self._clock()))

    def test_endpoint(self, name: str) -> "DeliveryAttempt":
        """Send a message of type `kamflow.endpoint.tested` now, and tell how it was taken.

        Raises:
            NotFoundError: There is no such endpoint.
            MissingExtraError: The extra `delivery` is not installed.
        """
        from kamflow.runtime.delivery.testing import TestMessage  # noqa: PLC0415 - as above

        return self._asked(lambda link: TestMessage(link, name)).send(self._clock())

    def rotate_endpoint(self, name: str, *, secret: str | None = None) -> str:
        """Sign with a new secret as well, and no longer with any but the newest one before it.

        Returns:
            The new secret, which is shown at no other time.

        Raises:
            NotFoundError: There is no such endpoint.
            InputError: The secret cannot be used.
        """
        from kamflow.runtime.delivery.managing import rotate  # noqa: PLC0415 - as above

        return self._store.alone(lambda link: rotate(link, name, secret))

    def enable_endpoint(self, name: str) -> None:
        """Send again, from where it was; what failed is tried at once.

        Raises:
            NotFoundError: There is no such endpoint.
        """
        from kamflow.runtime.delivery.managing import enable  # noqa: PLC0415 - as above

        self._store.alone(lambda link: enable(link, name, self._clock()))

    def disable_endpoint(self, name: str, reason: str) -> None:
        """Send nothing more until it is enabled; what is told meanwhile may be pruned.

        Raises:
            NotFoundError: There is no such endpoint.
        """
        from kamflow.runtime.delivery.managing import stop  # noqa: PLC0415 - as above

        self._store.alone(lambda link: stop(link, name, reason))

    def remove_endpoint(self, name: str) -> None:
        """Forget an endpoint with all that waits for it.

        Raises:
            NotFoundError: There is no such endpoint.
        """
        from kamflow.runtime.delivery.managing import remove  # noqa: PLC0415 - as above

        self._store.alone(lambda link: remove(link, name))

    def deliveries(
        self, *, endpoint: str | None = None, dead: bool | None = None, limit: int = 1_000
    ) -> "list[DeliveryEntry]":
        """Return what waits to be delivered or was given up, with what went wrong.

        Args:
            endpoint: Only those to one endpoint; `people/ana` to one person.
            dead: Only those that were given up, or only those that wait.
            limit: So many at most.
        """
        from kamflow.runtime.delivery.entries import delivery_entries  # noqa: PLC0415 - as above

        return self._asked(
            lambda link: delivery_entries(link, endpoint=endpoint, dead=dead, limit=limit)
        )

    def delivery(self, delivery: str) -> "DeliveryEntry":
        """Return what waits or was given up under a name (`erp:17`), with its message.

        Raises:
            NotFoundError: There is none of that name.
        """
        from kamflow.runtime.delivery.entries import delivery_entry  # noqa: PLC0415 - as above

        return self._asked(lambda link: delivery_entry(link, delivery))

    def replay_delivery(self, delivery: str) -> "DeliveryEntry":
        """Try a delivery (`erp:17`) anew and at once, as if it had never failed.

        Raises:
            NotFoundError: There is none of that name.
        """
        from kamflow.runtime.delivery.managing import replay  # noqa: PLC0415 - as above

        return self._store.alone(lambda link: replay(link, delivery, self._clock()))

    def drop_delivery(self, delivery: str) -> "DeliveryEntry":
        """Never make a delivery (`erp:17`); those of its subject behind it go on.

        Raises:
            NotFoundError: There is none of that name.
        """
        from kamflow.runtime.delivery.managing import drop  # noqa: PLC0415 - as above

        return self._store.alone(lambda link: drop(link, delivery))

    def set_contacts(self, person: str, urls: Iterable[str]) -> None:
        """Keep where a person is told things, as `apprise` writes addresses; none to remove them.

        Raises:
            AlreadyExistsError: The person was erased, for good.
            InputError: An address is not one that `apprise` knows, or nobody can have such an id.
            MissingExtraError: The extra `delivery` is not installed.
        """
        from kamflow.runtime.delivery.managing import (  # noqa: PLC0415 - as above
            reach,
            require_reachable,
        )

        given = tuple(urls)
        require_reachable(person, given)
        self._store.alone(lambda link: reach(link, person, given))

    def contacts(self) -> "list[ContactEntry]":
        """Return where people are told things, by person; what is secret in it is left out."""
        from kamflow.runtime.delivery.entries import contact_entries  # noqa: PLC0415 - as above

        return self._asked(contact_entries)

    def calendar(self, *, person: str | None = None, program: str | None = None) -> bytes:
        """Return all days that are due as an iCalendar, for a calendar program to subscribe to.

        Args:
            person: Only what this person has to do.
            program: Only what belongs to this program, or to one account.

        Raises:
            NotFoundError: There is no such program.
            MissingExtraError: The extra `delivery` is not installed.
        """
        from kamflow.runtime.delivery.feed import calendar_feed  # noqa: PLC0415 - as above

        with self.reading() as session:
            return calendar_feed(session, person=person, program=program)

    def _asked(self, question: "Callable[[Link], T]") -> T:
        with self._store.linked() as link:
            return question(link)
