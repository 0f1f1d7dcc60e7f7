"""The socket that servers listen at."""

import socket

from editloop.server.running import listening


def test_the_pieces_of_an_answer_do_not_wait_for_acknowledgements() -> None:
    with listening("127.0.0.1", 0) as at, socket.create_connection(at.getsockname()):
        connection, _ = at.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
